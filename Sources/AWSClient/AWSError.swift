public import JSONKit

/// Why a call of an AWS service failed.
public struct AWSError: Error, Sendable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// The service answered with an error.
        case service
        /// There was no answer, or none that can be read.
        case transport
        /// There are no credentials, or they cannot be renewed.
        case noCredentials
        /// The request cannot be sent as it is.
        case invalidRequest
        /// The task was cancelled.
        case cancelled
    }

    public let kind: Kind
    /// The service's code without namespace, as `NoSuchKey`. Where it gives none (S3 in its answers to HEAD), a word for
    /// the status, as `NotFound`. Where there was no answer one of our own: `CouldNotResolve`, `CouldNotConnect`,
    /// `TimedOut`, `TLSFailure`, `ConnectionLost`, `ResponseTooLarge`, `FileFailed`, `MalformedAnswer`, `Closed`,
    /// `Cancelled`, `TransportFailed`.
    public let code: String
    public let message: String
    /// HTTP status; 0 where there was no answer.
    public let status: Int
    public let requestID: String?
    /// `sqs`, `s3`, …
    public let service: String
    /// The region that the bucket is in, where S3 says that it is another than the one that was asked.
    public let region: String?
    /// The whole of an error that came as JSON, for the few operations that tell more than code and message, as
    /// DynamoDB's transactions do. May hold data of the user.
    public let details: JSON?
    public let underlying: (any Error)?

    public init(
        _ kind: Kind, service: String, code: String, message: String, status: Int = 0, requestID: String? = nil,
        region: String? = nil, details: JSON? = nil, underlying: (any Error)? = nil
    ) {
        self.kind = kind
        self.service = service
        self.code = code
        self.message = message
        self.status = status
        self.requestID = requestID
        self.region = region
        self.details = details
        self.underlying = underlying
    }

    public var description: String {
        let request = requestID.map { ", request \($0)" } ?? ""
        let answer = status == 0 ? "" : " (status \(status)\(request))"
        let place = region.map { "; the bucket is in \($0)" } ?? ""
        return "\(service): \(code): \(message)\(place)\(answer)"
    }
}
