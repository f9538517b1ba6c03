/// A call of a service, before it is signed.
public struct AWSRequest: Sendable {
    public enum Body: Sendable {
        case bytes([UInt8])
        /// A part of a file, sent without holding it in memory.
        case file(path: String, offset: Int, count: Int)

        /// In bytes.
        public var count: Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .file(_, _, let count): count
            }
        }
    }

    public var method: String
    /// With a slash at the beginning, not percent-encoded: `/bucket/a key`.
    public var path: String
    /// Not percent-encoded, in any order. A parameter without value, as S3's `uploads`, has an empty one.
    public var query: [(name: String, value: String)]
    public var headers: [(name: String, value: String)]
    public var body: Body
    /// Where a successful answer's body goes; nil for memory. An error's body always goes to memory.
    public var outputFile: String?
    /// From the start to the last byte of the answer, one attempt.
    public var timeout: Duration
    /// The most bytes of an answer in memory.
    public var responseLimit: Int
    /// Whether it may be sent again when it is not known whether it was carried out.
    public var isIdempotent: Bool

    public init(
        method: String = "POST", path: String = "/", query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], body: Body = .bytes([]), outputFile: String? = nil,
        timeout: Duration = .seconds(30), responseLimit: Int = 64 << 20, isIdempotent: Bool = true
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.outputFile = outputFile
        self.timeout = timeout
        self.responseLimit = responseLimit
        self.isIdempotent = isIdempotent
    }
}

/// A successful answer (status 200 to 299; S3's 304 is an error).
public struct AWSResponse: Sendable {
    public let status: Int
    public let headers: [(name: String, value: String)]
    /// Empty when it went to a file.
    public let body: [UInt8]

    public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The value of the first header field of that name, whatever its case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
