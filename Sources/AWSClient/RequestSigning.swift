import CryptoTools
import FOQUSModel
import HTTPClient

/// Turns calls of one service into requests for the HTTP client, and into presigned URLs.
struct RequestSigning: Sendable {
    let signer: Signer
    let endpoint: Endpoint
    /// Whether each bucket has a host of its own.
    let namesBuckets: Bool

    var isTLS: Bool { endpoint.isTLS }

    /// - Parameter identity: nil for a call that is not signed.
    func clientRequest(
        _ request: AWSRequest, _ identity: AWSCredentials?, files: RequestFiles, payloadHash: String, at time: Timestamp
    ) -> ClientRequest {
        let address = address(request)
        var subject = subject(request, address, payloadHash)
        if let identity {
            subject.headers.append(("x-amz-date", Signer.stamp(time)))
            if signer.service == "s3" { subject.headers.append(("x-amz-content-sha256", payloadHash)) }
            if let token = identity.sessionToken { subject.headers.append(("x-amz-security-token", token)) }
            subject.headers.append(("authorization", signer.authorization(subject, identity, at: time)))
        }
        var body: [UInt8] = []
        if case .bytes(let bytes) = request.body { body = bytes }
        return ClientRequest(
            method: request.method, url: Self.url(address, request.query), headers: subject.headers, body: body,
            timeout: request.timeout, responseLimit: request.responseLimit, bodyFile: files.body,
            output: files.output, inactivityTimeout: request.inactivityTimeout)
    }

    func presignedURL(
        _ request: AWSRequest, _ identity: AWSCredentials, payloadHash: String, at time: Timestamp, seconds: Int
    ) -> String {
        let address = address(request)
        let query = signer.presigned(
            subject(request, address, payloadHash), identity, at: time, seconds: seconds)
        return Self.url(address, query)
    }

    private func address(_ request: AWSRequest) -> Address {
        namesBuckets
            ? Address(ofBucketAt: endpoint, path: request.path) ?? Address(endpoint, path: request.path)
            : Address(endpoint, path: request.path)
    }

    private func subject(_ request: AWSRequest, _ address: Address, _ payloadHash: String) -> Signer.Subject {
        Signer.Subject(
            method: request.method, path: address.path, query: request.query,
            headers: request.headers + [("host", address.host)], payloadHash: payloadHash)
    }

    private static func url(_ address: Address, _ query: [(name: String, value: String)]) -> String {
        let text = URIEncoding.query(query)
        return "\(address.scheme)://\(address.host)\(address.path)\(text.isEmpty ? "" : "?\(text)")"
    }
}
