import CryptoTools
import FOQUSModel
public import HTTPClient
public import Stores

/// One service in one region: signs calls and sends them.
public final class AWSService: Sendable {
    /// `sqs`, `sns`, `s3`, `dynamodb`, `monitoring`, `logs`, `sts`: also the name under which calls are signed.
    public let name: String
    public let region: String
    /// `https://sqs.eu-west-1.amazonaws.com`, without a slash at the end.
    public let endpoint: String
    private let http: HTTPClient
    private let credentials: any CredentialProvider
    private let time: any TimeSource
    private let signer: Signer

    public init(
        name: String, region: String, endpoint: String, http: HTTPClient, credentials: any CredentialProvider,
        time: any TimeSource
    ) {
        self.name = name
        self.region = region
        self.endpoint = endpoint
        self.http = http
        self.credentials = credentials
        self.time = time
        signer = Signer(service: name, region: region)
    }

    /// Sends a call and returns its answer when the service carried it out.
    public func send(_ request: AWSRequest) async throws(AWSError) -> AWSResponse {
        let identity = try await credentials.credentials()
        let signed = try sign(request, identity)
        let response: ClientResponse
        do throws(HTTPClientError) {
            response = try await http.send(signed)
        } catch {
            throw AWSError(
                error.code == .cancelled ? .cancelled : .transport, service: name, code: "\(error.code)",
                message: error.description, underlying: error)
        }
        guard (200..<300).contains(response.status) else {
            throw AWSError(
                .service, service: name, code: "HTTP\(response.status)",
                message: String(decoding: response.body, as: UTF8.self), status: response.status)
        }
        return AWSResponse(status: response.status, headers: response.headers, body: response.body)
    }

    private func sign(_ request: AWSRequest, _ identity: AWSCredentials) throws(AWSError) -> ClientRequest {
        guard case .bytes(let body) = request.body else {
            throw AWSError(.invalidRequest, service: name, code: "Unsupported", message: "bodies from files")
        }
        let now = time.now()
        let path = URIEncoding.encode(request.path, keepingSlashes: true)
        var subject = Signer.Subject(
            method: request.method, path: path, query: request.query,
            headers: request.headers + [("host", host), ("x-amz-date", Signer.stamp(now))],
            payloadHash: Hex.encode(SHA256.hash(body)))
        if name == "s3" { subject.headers.append(("x-amz-content-sha256", subject.payloadHash)) }
        if let token = identity.sessionToken { subject.headers.append(("x-amz-security-token", token)) }
        let authorization = signer.authorization(subject, identity, at: now)
        let query = URIEncoding.query(request.query)
        return ClientRequest(
            method: request.method, url: endpoint + path + (query.isEmpty ? "" : "?" + query),
            headers: subject.headers + [("authorization", authorization)], body: body, timeout: request.timeout,
            responseLimit: request.responseLimit)
    }

    /// As in the field `Host`.
    private var host: String { String(endpoint.drop { $0 != "/" }.dropFirst(2)) }
}
