import HTTPClient
public import JSONKit
public import XMLReader

extension AWSService {
    /// Calls an operation of a service that speaks JSON (SQS, DynamoDB, CloudWatch Logs) and returns its answer, an
    /// empty object when it is empty.
    ///
    /// - Parameters:
    ///   - target: value of `X-Amz-Target`, as `AmazonSQS.SendMessage` or `DynamoDB_20120810.GetItem`.
    ///   - timeout: for one attempt, from the start to the last byte of the answer. For a long poll the time of
    ///     waiting and a margin.
    ///   - isIdempotent: whether it may be sent again when it is not known whether it was carried out.
    public func call(
        _ target: String, _ body: JSON, timeout: Duration = .seconds(30), isIdempotent: Bool = true
    ) async throws(AWSError) -> JSON {
        // The version that the service's model names; CloudWatch Logs is the older one.
        let version = name == "logs" ? "1.1" : "1.0"
        let request = AWSRequest(
            headers: [("content-type", "application/x-amz-json-\(version)"), ("x-amz-target", target)],
            body: .bytes(body.serialized()), timeout: timeout, isIdempotent: isIdempotent)
        return try await send(request) { [name] response throws(AWSError) in
            guard !response.body.isEmpty else { return .object([:]) }
            let answer: JSON
            do throws(JSONError) {
                answer = try JSON.parse(response.body)
            } catch {
                throw Self.malformed(name, response, "the answer to \(target) is no JSON: \(error.description)", error)
            }
            guard answer.objectValue != nil else {
                throw Self.malformed(name, response, "the answer to \(target) is a JSON \(answer.typeName)", nil)
            }
            return answer
        }
    }

    /// Calls an operation of a service that speaks the query protocol (SNS, CloudWatch, STS) and returns the root of
    /// its answer, as `PublishResponse`.
    ///
    /// - Parameters:
    ///   - version: date of the service's interface, as `2010-03-31`.
    ///   - parameters: not encoded: `("TopicArn", "arn:aws:sns:…")`.
    ///   - isSigned: false for the operations of STS that need no credentials.
    public func query(
        _ action: String, version: String, _ parameters: [(name: String, value: String)],
        timeout: Duration = .seconds(30), isIdempotent: Bool = true, isSigned: Bool = true
    ) async throws(AWSError) -> XMLElement {
        let form = URIEncoding.form([("Action", action), ("Version", version)] + parameters)
        let request = AWSRequest(
            headers: [("content-type", "application/x-www-form-urlencoded; charset=utf-8")],
            body: .bytes(form), timeout: timeout, isIdempotent: isIdempotent, isSigned: isSigned)
        return try await send(request) { [name] response throws(AWSError) in
            let root: XMLElement
            do throws(XMLDocument.Failure) {
                root = try XMLDocument.parse(response.body)
            } catch {
                throw Self.malformed(name, response, "the answer to \(action) is no XML: \(error.description)", error)
            }
            // The page of a proxy may be sound XML too.
            guard root.name == action + "Response" else {
                throw Self.malformed(name, response, "the answer to \(action) is <\(root.name)>", nil)
            }
            return root
        }
    }

    /// The error that an answer with a status of 200 holds where S3 found out too late (see `AWSRequest.mayFailLate`);
    /// nil for none.
    public func error(hiddenIn response: AWSResponse) -> AWSError? {
        errors.errorInSuccess(
            ClientResponse(status: response.status, headers: response.headers, body: response.body))
    }

    /// As if it had been cut off: it may be repeated like a connection that was lost.
    private static func malformed(
        _ name: String, _ response: AWSResponse, _ message: String, _ error: (any Error)?
    ) -> AWSError {
        AWSError(
            .transport, service: name, code: "MalformedAnswer", message: message, status: response.status,
            underlying: error)
    }
}

extension AWSRequest {
    /// What the call is, in the service's words where it has any.
    var operation: String {
        if let target = headers.first(where: { $0.name == "x-amz-target" })?.value {
            return target.split(separator: ".").last.map(String.init) ?? target
        }
        guard case .bytes(let form) = body, form.starts(with: "Action=".utf8) else { return method }
        return String(decoding: form.dropFirst(7).prefix { $0 != UInt8(ascii: "&") }, as: UTF8.self)
    }
}
