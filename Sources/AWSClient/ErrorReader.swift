import HTTPClient
import JSONKit
import XMLReader

/// Reads what services say when they do not carry a call out: JSON (SQS, DynamoDB, CloudWatch Logs), XML (S3, SNS,
/// CloudWatch, STS), or nothing but a status.
struct ErrorReader: Sendable {
    let service: String
    /// The one that was asked.
    let region: String

    func error(_ response: ClientResponse) -> AWSError {
        let said = Self.read(response.body)
        let code =
            [said.code, response.header("x-amzn-errortype"), response.header("x-amzn-query-error")]
            .lazy.compactMap { $0.flatMap(Self.plainCode) }.first
        return AWSError(
            .service, service: service, code: code ?? Self.code(of: response.status),
            message: said.message ?? Self.words(response), status: response.status,
            requestID: Self.requestID(response) ?? said.requestID, region: otherRegion(response, said),
            details: said.details)
    }

    /// The error in an answer whose status says that all went well: S3 sends the status of a long operation before it is
    /// done. Its own status is then taken to be 500, as the SDKs do, so that it is repeated.
    func errorInSuccess(_ response: ClientResponse) -> AWSError? {
        guard let root = Self.xml(response.body), root.name == "Error" else { return nil }
        var failed = response
        failed.status = 500
        return error(failed)
    }

    // MARK: bodies

    private struct Said {
        var code: String?
        var message: String?
        var requestID: String?
        var region: String?
        var endpoint: String?
        var details: JSON?
    }

    private static func read(_ body: [UInt8]) -> Said {
        if let root = xml(body) { return read(root) }
        if let json = try? JSON.parse(body), json.objectValue != nil {
            return Said(
                code: text(json, "__type") ?? text(json, "code") ?? text(json, "Code"),
                message: text(json, "message") ?? text(json, "Message") ?? text(json, "errorMessage"), details: json)
        }
        return Said()
    }

    /// `<Error>` of S3, `<ErrorResponse><Error>` of the query protocol, `<Response><Errors><Error>` of EC2.
    private static func read(_ root: XMLElement) -> Said {
        let error = root.name == "Error" ? root : root["Error"] ?? root["Errors"]?["Error"]
        guard let error else { return Said() }
        return Said(
            code: error.text(of: "Code"), message: error.text(of: "Message").flatMap { $0.isEmpty ? nil : $0 },
            requestID: error.text(of: "RequestId") ?? root.text(of: "RequestId") ?? root.text(of: "RequestID"),
            region: error.text(of: "Region"), endpoint: error.text(of: "Endpoint"))
    }

    private static func xml(_ body: [UInt8]) -> XMLElement? {
        guard body.first(where: { !" \t\r\n".utf8.contains($0) }) == UInt8(ascii: "<") else { return nil }
        return try? XMLDocument.parse(body)
    }

    private static func text(_ json: JSON, _ name: String) -> String? { json[name]?.stringValue }

    // MARK: codes

    /// Without what some services put around it: `com.amazon.coral.service#X`, `X:http://…`, `X;Sender`.
    private static func plainCode(_ code: String) -> String? {
        let first = code.split(whereSeparator: { $0 == ":" || $0 == ";" || $0 == "," }).first ?? ""
        let plain = first.split(separator: "#").last ?? ""
        let word = plain.filter { !$0.isWhitespace }
        return word.isEmpty ? nil : word
    }

    /// What is said by the status alone.
    private static func code(of status: Int) -> String {
        switch status {
        case 301: "PermanentRedirect"
        case 304: "NotModified"
        case 307: "TemporaryRedirect"
        case 400: "BadRequest"
        case 403: "Forbidden"
        case 404: "NotFound"
        case 405: "MethodNotAllowed"
        case 409: "Conflict"
        case 412: "PreconditionFailed"
        case 416: "InvalidRange"
        case 429: "TooManyRequests"
        case 503: "ServiceUnavailable"
        default: "HTTP\(status)"
        }
    }

    /// A message where the service gives none: the beginning of a text in one line, but no HTML, which says little.
    private static func words(_ response: ClientResponse) -> String {
        let text = String(decoding: response.body.prefix(300), as: UTF8.self)
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return text.isEmpty || text.hasPrefix("<") || text.hasPrefix("{")
            ? "the service gave no reason" : text
    }

    // MARK: header fields

    static func requestID(_ response: ClientResponse) -> String? {
        ["x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id", "request-id"]
            .lazy.compactMap { response.header($0) }.first { !$0.isEmpty }
    }

    /// Of the bucket. S3 says it in a header field, in an element, or only by the name of the host to ask.
    private func otherRegion(_ response: ClientResponse, _ said: Said) -> String? {
        guard service == "s3" else { return nil }
        let found =
            response.header("x-amz-bucket-region") ?? said.region ?? said.endpoint.flatMap { Self.region(ofHost: $0) }
        return found == region ? nil : found
    }

    /// Of `bucket.s3.eu-west-1.amazonaws.com` and `bucket.s3-eu-west-1.amazonaws.com`.
    private static func region(ofHost host: String) -> String? {
        let labels = host.split(separator: ".")
        guard let domain = labels.firstIndex(of: "amazonaws"), domain > 0 else { return nil }
        let label = labels[domain - 1]
        let region = label.hasPrefix("s3-") ? label.dropFirst(3) : label
        return region.filter { $0 == "-" }.count >= 2 ? String(region) : nil
    }
}
