import FOQUSModel
import HTTPClient
import JSONKit

/// Sends requests and judges answers.
struct Transport: Sendable {
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"

        /// Whether sending it twice does what sending it once does.
        var isIdempotent: Bool { self != .post }
    }

    /// A page of results has any number of outputs.
    private static let answerLimit = 2 << 30

    /// Waits between the tries of an idempotent request.
    private static let pauses: [Duration] = [.milliseconds(200), .milliseconds(800)]

    private let baseURL: String
    private let credentials: GatewayClient.Credentials?
    private let http: HTTPClient
    private let timeout: Duration

    init(baseURL: String, credentials: GatewayClient.Credentials?, http: HTTPClient, timeout: Duration) {
        var base = baseURL
        while base.hasSuffix("/") { base.removeLast() }
        self.baseURL = base
        self.credentials = credentials
        self.http = http
        self.timeout = timeout
    }

    /// The body of the answer. Throws for every status but 200.
    func send(
        _ method: Method, _ path: RequestPath, body: [UInt8] = [], contentType: String? = nil
    ) async throws(GatewayClientError) -> [UInt8] {
        let name = "\(method.rawValue) \(path)"
        var request = ClientRequest(
            method: method.rawValue, url: baseURL + path.description, body: body, timeout: timeout,
            responseLimit: Self.answerLimit)
        if let contentType { request.headers.append((name: "Content-Type", value: contentType)) }
        if let credentials {
            request.basicAuth = ClientRequest.BasicAuth(
                user: credentials.user.description, password: credentials.password)
        }
        let answer = try await exchange(request, name: name, tries: method.isIdempotent ? Self.pauses.count + 1 : 1)
        guard answer.status == 200 else {
            throw GatewayClientError(.status(answer.status), request: name, text: Self.words(answer.body))
        }
        return answer.body
    }

    /// The answer's body as JSON.
    func json(
        _ method: Method, _ path: RequestPath, body: JSON? = nil
    ) async throws(GatewayClientError) -> JSON {
        let bytes = try await send(
            method, path, body: body?.serialized() ?? [], contentType: body == nil ? nil : "application/json")
        do { return try JSON.parse(bytes) } catch {
            throw GatewayClientError(.unreadable, request: "\(method.rawValue) \(path)", text: "\(error)")
        }
    }

    private func exchange(
        _ request: ClientRequest, name: String, tries: Int
    ) async throws(GatewayClientError) -> ClientResponse {
        var attempt = 0
        while true {
            do throws(HTTPClientError) {
                return try await http.send(request)
            } catch {
                attempt += 1
                guard attempt < tries, Self.isConnectionFailure(error), !Task.isCancelled else {
                    throw GatewayClientError(Self.code(error), request: name, text: error.description)
                }
                try? await Task.sleep(for: Self.pauses[attempt - 1])
            }
        }
    }

    private static func isConnectionFailure(_ error: HTTPClientError) -> Bool {
        switch error.code {
        case .couldNotResolve, .couldNotConnect, .connectionLost: true
        case .invalidRequest, .timedOut, .tls, .responseTooLarge, .tooManyRedirects, .cancelled, .closed, .file,
            .other:
            false
        }
    }

    private static func code(_ error: HTTPClientError) -> GatewayClientError.Code {
        switch error.code {
        case .cancelled, .closed: .cancelled
        case .responseTooLarge: .unreadable
        default: .unreachable
        }
    }

    /// What the server said, in one line of bearable length.
    private static func words(_ body: [UInt8]) -> String {
        let text = String(decoding: body.prefix(1000), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
