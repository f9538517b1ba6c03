public import FOQUSModel
import HTTPServer
public import Stores
import Threading

/// The metadata service of an EC2 instance, on a port of this machine. Whatever it shows can be changed at any time.
public final class FakeMetadataServer: Sendable {
    /// Which requests get no answer.
    public enum Silence: Sendable {
        case none
        /// Those for a token, as when the answer's hop limit is too low.
        case tokens
        case all
    }

    /// What the service shows and how it behaves.
    public struct Content: Sendable {
        /// Requests without a token are refused, as instances with `HttpTokens=required` do.
        public var requiresToken = true
        /// The status with which a request for a token is answered; 200 gives one.
        public var tokenStatus = 200
        /// Every request gets this status instead of its answer.
        public var outage: Int?
        public var silence = Silence.none

        public var region: String? = "eu-west-1"
        public var instanceID: String? = "i-0123456789abcdef0"
        /// Nil when the instance does not show its tags.
        public var tags: [String: String]?
        public var userData: [UInt8]?
        /// Name of the instance's role and the document that is shown for it.
        public var role: (name: String, document: String)?
        public var spotAction: String?
        public var rebalance: String?
        public var lifecycleState: String?

        public init() {}
    }

    public struct Request: Sendable, Hashable {
        public let method: String
        public let path: String
        public let token: String?
    }

    private struct State: Sendable {
        var content: Content
        /// Tokens by their end.
        var tokens: [String: Instant] = [:]
        var tokenCount = 0
        var requests: [Request] = []
    }

    public let port: UInt16
    private let server: HTTPServer
    private let state: Locked<State>

    public var url: String { "http://127.0.0.1:\(port)" }

    /// - Parameters:
    ///   - port: to come back at the address of an earlier one.
    ///   - time: by which tokens end.
    public init(
        _ content: Content = Content(), port: UInt16 = 0, time: any TimeSource = SystemTime()
    ) throws {
        let state = Locked(State(content: content))
        self.state = state
        server = try HTTPServer.start(HTTPServer.Options(port: port)) { request in
            let (answer, isSilent) = state.withLock { state in
                let isSilent =
                    switch state.content.silence {
                    case .none: false
                    case .tokens: request.method == "PUT"
                    case .all: true
                    }
                return (Self.answer(request, &state, time.instant()), isSilent)
            }
            // Until the server stops, which cancels this.
            if isSilent { try? await Task.sleep(for: .seconds(3600)) }
            return answer
        }
        self.port = server.port
    }

    public func stop() async { await server.stop(grace: .zero) }

    public func change(_ body: @Sendable (inout Content) -> Void) { state.withLock { body(&$0.content) } }

    /// Tokens that were given hold no more.
    public func revokeTokens() { state.withLock { $0.tokens = [:] } }

    /// What came in, in its order.
    public var requests: [Request] { state.withLock { $0.requests } }

    /// How often a document, or with PUT a token, was asked for.
    public func count(_ method: String = "GET", _ path: String) -> Int {
        requests.count { $0.method == method && $0.path == path }
    }

    /// The document that is shown for a role.
    public static func roleDocument(
        keyID: String, secret: String = "secret of the role", token: String = "session token", expiration: Timestamp
    ) -> String {
        """
        {"Code": "Success", "LastUpdated": "2026-01-01T00:00:00Z", "Type": "AWS-HMAC", "AccessKeyId": "\(keyID)",
         "SecretAccessKey": "\(secret)", "Token": "\(token)", "Expiration": "\(expiration)"}
        """
    }

    // MARK: answers

    private static let tokenField = "X-aws-ec2-metadata-token"
    private static let lifetimeField = "X-aws-ec2-metadata-token-ttl-seconds"

    private static func answer(_ request: HTTPRequest, _ state: inout State, _ now: Instant) -> HTTPResponse {
        let token = request.headers[tokenField]
        state.requests.append(Request(method: request.method, path: request.path, token: token))
        if let status = state.content.outage { return HTTPResponse(status: status) }
        if request.path == "/latest/api/token" { return newToken(request, &state, now) }
        guard request.method == "GET" else { return HTTPResponse(status: 405) }
        if let token {
            guard let end = state.tokens[token], now < end else { return HTTPResponse(status: 401) }
        } else if state.content.requiresToken {
            return HTTPResponse(status: 401)
        }
        guard let document = document(request, state.content) else {
            return HTTPResponse(status: 404, text: "<html>404 - Not Found</html>")
        }
        return HTTPResponse(status: 200, body: document)
    }

    private static func newToken(_ request: HTTPRequest, _ state: inout State, _ now: Instant) -> HTTPResponse {
        guard request.method == "PUT" else { return HTTPResponse(status: 405) }
        guard state.content.tokenStatus == 200 else { return HTTPResponse(status: state.content.tokenStatus) }
        guard let seconds = request.headers[lifetimeField].flatMap({ Int($0) }), (1...21_600).contains(seconds) else {
            return HTTPResponse(status: 400)
        }
        state.tokenCount += 1
        let token = "token-\(state.tokenCount)=="
        state.tokens[token] = now + .seconds(seconds)
        return HTTPResponse(status: 200, headers: [(lifetimeField, String(seconds))], body: Array(token.utf8))
    }

    private static func document(_ request: HTTPRequest, _ content: Content) -> [UInt8]? {
        let segments = request.segments
        guard segments.first == "latest" else { return nil }
        if segments == ["latest", "user-data"] { return content.userData }
        guard segments.count > 2, segments[1] == "meta-data" else { return nil }
        let path = Array(segments[2...])
        if path == ["iam", "security-credentials", ""] { return content.role.map { Array($0.name.utf8) } }
        if let role = content.role, path == ["iam", "security-credentials", role.name] {
            return Array(role.document.utf8)
        }
        let text: String? =
            switch path {
            case ["placement", "region"]: content.region
            case ["instance-id"]: content.instanceID
            case ["tags", "instance"]: content.tags?.keys.sorted().joined(separator: "\n")
            case ["spot", "instance-action"]: content.spotAction
            case ["events", "recommendations", "rebalance"]: content.rebalance
            case ["autoscaling", "target-lifecycle-state"]: content.lifecycleState
            case _ where path.starts(with: ["tags", "instance"]):
                content.tags?[path.dropFirst(2).joined(separator: "/")]
            default: nil
            }
        return text.map { Array($0.utf8) }
    }
}
