/// A request to send.
public struct ClientRequest: Sendable {
    /// A user's name and password for the Basic scheme (RFC 7617). Sent without being asked for.
    public struct BasicAuth: Sendable, Hashable, CustomStringConvertible {
        public var user: String
        public var password: String

        public init(user: String, password: String) {
            self.user = user
            self.password = password
        }

        /// Without the password, so that it does not end in a log by accident.
        public var description: String { "\(user):…" }
    }

    public var method: String
    /// `http:` or `https:`, percent-encoded.
    public var url: String
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    /// From the start to the last byte of the answer; no longer than this.
    public var timeout: Duration
    public var basicAuth: BasicAuth?
    /// How many redirections are followed; with 0 they are answers like any other.
    public var redirectLimit: Int
    /// The most bytes of a body that are taken.
    public var responseLimit: Int

    public init(
        method: String = "GET", url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        timeout: Duration = .seconds(30), basicAuth: BasicAuth? = nil, redirectLimit: Int = 0,
        responseLimit: Int = 64 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.basicAuth = basicAuth
        self.redirectLimit = redirectLimit
        self.responseLimit = responseLimit
    }
}

/// An answer, whatever its status.
public struct ClientResponse: Sendable {
    public var status: Int
    /// In the order of the message.
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]

    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The value of the first header field of that name; names are compared without regard to case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.utf8.count == name.utf8.count && $0.name.lowercased() == name.lowercased() }?.value
    }
}
