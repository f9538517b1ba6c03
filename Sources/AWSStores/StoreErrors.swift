import AWSClient
import Stores

extension StoreError {
    /// What a failed call means for the store's caller.
    init(_ error: AWSError, _ operation: String) {
        self.init(Self.code(of: error), operation, error.description, underlying: error)
    }

    private static func code(of error: AWSError) -> Code {
        switch error.kind {
        case .transport, .cancelled: return .unavailable
        case .noCredentials: return .denied
        case .invalidRequest: return .invalid
        case .service: break
        }
        switch error.code {
        case "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException", "SlowDown",
            "RequestLimitExceeded", "ProvisionedThroughputExceededException", "RequestThrottled",
            "RequestThrottledException", "LimitExceededException", "OverLimit":
            return .throttled
        case "NoSuchBucket", "ResourceNotFoundException", "QueueDoesNotExist",
            "AWS.SimpleQueueService.NonExistentQueue":
            return .missing
        // What SNS says of a topic.
        case "NotFound" where error.service == "sns", "NotFoundException" where error.service == "sns":
            return .missing
        // The bucket was made again, in another region.
        case "PermanentRedirect", "AuthorizationHeaderMalformed": return .missing
        case "NoSuchKey", "NotFound", "NotFoundException": return .notFound
        case "ConditionalCheckFailedException", "PreconditionFailed", "ConditionalRequestConflict": return .conflict
        case "AccessDenied", "AccessDeniedException", "AuthorizationError", "InvalidClientTokenId",
            "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidAccessKeyId", "ExpiredToken",
            "ExpiredTokenException", "InvalidSignatureException", "MissingAuthenticationToken":
            return .denied
        default:
            switch error.status {
            case 401, 403: return .denied
            case 404: return .notFound
            case 412: return .conflict
            case 429, 503: return .throttled
            case 500...: return .unavailable
            default: return .invalid
            }
        }
    }
}
