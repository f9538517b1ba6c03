/// Why a request to the gateway failed.
public struct GatewayClientError: Error, Sendable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        /// No answer came: wrong address, no network, the gateway is down, or too slow.
        case unreachable
        /// The gateway refused, with this HTTP status.
        case status(Int)
        /// The answer is not the contract's: something else listens there.
        case unreadable
        /// The caller gave up.
        case cancelled
    }

    public let code: Code
    /// As `GET /session`.
    public let request: String
    /// The server's own words, or the reason of the failure.
    public let text: String

    public init(_ code: Code, request: String, text: String) {
        self.code = code
        self.request = request
        self.text = text
    }

    /// Whether the same may succeed later.
    public var isTransient: Bool {
        switch code {
        case .unreachable: true
        case .status(let status): status == 429 || status == 502 || status == 503 || status == 504
        case .unreadable, .cancelled: false
        }
    }

    public var description: String {
        switch code {
        case .unreachable: "\(request): no answer from the gateway: \(text)"
        case .status(let status): "\(request): the gateway answered \(status): \(text)"
        case .unreadable: "\(request): the answer cannot be read, is this a gateway? \(text)"
        case .cancelled: "\(request): cancelled"
        }
    }
}
