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
        let response = try await send(
            AWSRequest(
                headers: [("content-type", "application/x-amz-json-\(version)"), ("x-amz-target", target)],
                body: .bytes(body.serialized()), timeout: timeout, isIdempotent: isIdempotent))
        guard !response.body.isEmpty else { return .object([:]) }
        do throws(JSONError) {
            return try JSON.parse(response.body)
        } catch {
            throw malformed(response, "the answer to \(target) is no JSON: \(error.description)", error)
        }
    }

    /// Calls an operation of a service that speaks the query protocol (SNS, CloudWatch, STS) and returns the root of
    /// its answer, as `PublishResponse`.
    ///
    /// - Parameters:
    ///   - version: date of the service's interface, as `2010-03-31`.
    ///   - parameters: not encoded: `("TopicArn", "arn:aws:sns:…")`.
    public func query(
        _ action: String, version: String, _ parameters: [(name: String, value: String)],
        timeout: Duration = .seconds(30), isIdempotent: Bool = true
    ) async throws(AWSError) -> XMLElement {
        let form = URIEncoding.query([("Action", action), ("Version", version)] + parameters)
        let response = try await send(
            AWSRequest(
                headers: [("content-type", "application/x-www-form-urlencoded; charset=utf-8")],
                body: .bytes(Array(form.utf8)), timeout: timeout, isIdempotent: isIdempotent))
        do throws(XMLDocument.Failure) {
            return try XMLDocument.parse(response.body)
        } catch {
            throw malformed(response, "the answer to \(action) is no XML: \(error.description)", error)
        }
    }

    private func malformed(_ response: AWSResponse, _ message: String, _ error: any Error) -> AWSError {
        AWSError(
            .transport, service: name, code: "MalformedAnswer", message: message, status: response.status,
            underlying: error)
    }
}
