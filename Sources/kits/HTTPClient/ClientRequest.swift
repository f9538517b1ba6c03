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
    /// A part of a file as the body, in place of `body`. The file must not change while it is sent.
    public var bodyFile: FilePart?
    /// Where the body of an answer with a status of 200 to 299 goes; nil for memory. Any other comes in memory. After a
    /// failure a part of the body may be there.
    public var output: FilePlace?
    /// From the start to the last byte of the answer; no longer than this.
    public var timeout: Duration
    /// The most time in which not a byte moves, for transfers whose whole time cannot be told; nil for no limit. In
    /// whole seconds, rounded up, and noticed up to a few seconds late.
    public var inactivityTimeout: Duration?
    public var basicAuth: BasicAuth?
    /// How many redirections are followed; with 0 they are answers like any other.
    public var redirectLimit: Int
    /// The most bytes of a body that are taken into memory.
    public var responseLimit: Int

    public init(
        method: String = "GET", url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        timeout: Duration = .seconds(30), basicAuth: BasicAuth? = nil, redirectLimit: Int = 0,
        responseLimit: Int = 64 << 20, bodyFile: FilePart? = nil, output: FilePlace? = nil,
        inactivityTimeout: Duration? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.basicAuth = basicAuth
        self.redirectLimit = redirectLimit
        self.responseLimit = responseLimit
        self.bodyFile = bodyFile
        self.output = output
        self.inactivityTimeout = inactivityTimeout
    }
}

/// An answer, whatever its status.
public struct ClientResponse: Sendable {
    public var status: Int
    /// In the order of the message.
    public var headers: [(name: String, value: String)]
    /// Empty when it went into a file.
    public var body: [UInt8]
    /// How many bytes of the body went into a file.
    public var fileCount: Int

    public init(
        status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = [], fileCount: Int = 0
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.fileCount = fileCount
    }

    /// The value of the first header field of that name; names are compared without regard to case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.utf8.count == name.utf8.count && $0.name.lowercased() == name.lowercased() }?.value
    }
}
