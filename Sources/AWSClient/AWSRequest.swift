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
    /// With a slash at the beginning, not percent-encoded: `/bucket/a key`. Of S3 always with the bucket; it becomes a
    /// part of the host's name where S3 wants that.
    public var path: String
    /// Not percent-encoded, in any order. A parameter without value, as S3's `uploads`, has an empty one.
    public var query: [(name: String, value: String)]
    public var headers: [(name: String, value: String)]
    public var body: Body
    /// Where a successful answer's body goes; nil for memory. An error's body always goes to memory. The file is made
    /// before the call is sent; after a failure a part of the body may be in it.
    public var outputFile: String?
    /// Where in the file the body's first byte goes, for parts that are fetched one by one: the rest of the file stays.
    /// Nil for a file that holds nothing else.
    public var outputOffset: Int?
    /// From the start to the last byte of the answer, one attempt.
    public var timeout: Duration
    /// The most time in which not a byte moves, one attempt; for large bodies, together with a long `timeout`. Whole
    /// seconds, rounded up; nil for no limit.
    public var inactivityTimeout: Duration?
    /// The most bytes of an answer in memory.
    public var responseLimit: Int
    /// Whether it may be sent again when it is not known whether it was carried out.
    public var isIdempotent: Bool
    /// Hexadecimal SHA-256 of the body where the caller has it, or `unsignedPayload`. Nil: it is computed, or, of a file
    /// for S3 over TLS, left out.
    public var payloadHash: String?
    /// Without a signature no credentials are needed, as for STS's `AssumeRoleWithWebIdentity`.
    public var isSigned: Bool
    /// An answer with a status of 200 may be an error that came up late (S3: CompleteMultipartUpload, CopyObject,
    /// UploadPartCopy, DeleteObjects). Such an error is thrown with the status 500, and the call repeated.
    public var mayFailLate: Bool

    /// S3 over TLS takes a body that is no part of the signature.
    public static let unsignedPayload = "UNSIGNED-PAYLOAD"

    public init(
        method: String = "POST", path: String = "/", query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], body: Body = .bytes([]), outputFile: String? = nil,
        timeout: Duration = .seconds(30), responseLimit: Int = 64 << 20, isIdempotent: Bool = true,
        outputOffset: Int? = nil, inactivityTimeout: Duration? = nil, payloadHash: String? = nil,
        isSigned: Bool = true, mayFailLate: Bool = false
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
        self.outputOffset = outputOffset
        self.inactivityTimeout = inactivityTimeout
        self.payloadHash = payloadHash
        self.isSigned = isSigned
        self.mayFailLate = mayFailLate
    }
}

/// A successful answer (status 200 to 299; S3's 304 is an error).
public struct AWSResponse: Sendable {
    public let status: Int
    public let headers: [(name: String, value: String)]
    /// Empty when it went to a file.
    public let body: [UInt8]
    /// How many bytes of the body went to a file.
    public let fileCount: Int

    public init(status: Int, headers: [(name: String, value: String)], body: [UInt8], fileCount: Int = 0) {
        self.status = status
        self.headers = headers
        self.body = body
        self.fileCount = fileCount
    }

    /// The value of the first header field of that name, whatever its case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
