import FOQUSModel

/// Why a failed attempt may be repeated.
enum RetryCause: Sendable, Hashable {
    case transient
    case timedOut
    case throttled
    /// The service's clock is another than ours.
    case clockSkew
    /// The credentials have ended.
    case expiredCredentials

    /// Of the retry quota. The last two are repeated once, and are our own fault.
    var cost: Int {
        switch self {
        case .transient, .throttled: 5
        case .timedOut: 10
        case .clockSkew, .expiredCredentials: 0
        }
    }

    /// Nil when it would fail again, or must not be repeated.
    init?(_ failure: AttemptFailure, isIdempotent: Bool) {
        switch failure.error.kind {
        case .service: self.init(failure)
        case .transport where isIdempotent || failure.isBeforeSending: self.init(transport: failure.error.code)
        case .transport, .noCredentials, .invalidRequest, .cancelled: return nil
        }
    }

    private init?(_ failure: AttemptFailure) {
        let error = failure.error
        switch error.code {
        case let code where Self.throttlingCodes.contains(code): self = .throttled
        case let code where failure.skew != nil && Self.skewCodes.contains(code): self = .clockSkew
        // The answer to HEAD has no body, hence no code.
        case "Forbidden" where failure.skew != nil: self = .clockSkew
        case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired":
            self = .expiredCredentials
        case "RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete", "TransactionInProgressException",
            "InternalError", "InternalServerError", "InternalFailure", "ServiceUnavailable",
            "IDPCommunicationError":
            self = .transient
        default:
            switch error.status {
            case 429: self = .throttled
            case 500, 502, 503, 504: self = .transient
            default: return nil
            }
        }
    }

    private init?(transport code: String) {
        switch code {
        case "TimedOut": self = .timedOut
        case "CouldNotResolve", "CouldNotConnect", "ConnectionLost", "TLSFailure", "MalformedAnswer", "TransportFailed":
            self = .transient
        default: return nil
        }
    }

    private static let throttlingCodes: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
        "TooManyRequestsException", "TooManyRequests", "ProvisionedThroughputExceededException",
        "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "SlowDown", "EC2ThrottledException",
    ]

    private static let skewCodes: Set<String> = [
        "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture", "InvalidSignatureException",
        "SignatureDoesNotMatch", "AuthFailure",
    ]
}

/// What is known of an attempt that failed.
struct AttemptFailure: Error, Sendable {
    let error: AWSError
    /// How long the service wants to be left alone.
    var retryAfter: Duration?
    /// The service's time, when it answered.
    var date: Timestamp?
    /// How far the service's clock is ahead, where that is so much else than was thought that this may be why.
    var skew: Duration?
    /// Whether the service has certainly not seen it.
    var isBeforeSending = false
}
