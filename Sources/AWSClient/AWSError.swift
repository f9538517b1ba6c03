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
    /// The service's code without namespace, as `NoSuchKey`; one of our own where there was no answer.
    public let code: String
    public let message: String
    /// HTTP status; 0 where there was no answer.
    public let status: Int
    public let requestID: String?
    /// `sqs`, `s3`, …
    public let service: String
    public let underlying: (any Error)?

    public init(
        _ kind: Kind, service: String, code: String, message: String, status: Int = 0, requestID: String? = nil,
        underlying: (any Error)? = nil
    ) {
        self.kind = kind
        self.service = service
        self.code = code
        self.message = message
        self.status = status
        self.requestID = requestID
        self.underlying = underlying
    }

    public var description: String {
        let request = requestID.map { ", request \($0)" } ?? ""
        let answer = status == 0 ? "" : " (status \(status)\(request))"
        return "\(service): \(code): \(message)\(answer)"
    }
}
