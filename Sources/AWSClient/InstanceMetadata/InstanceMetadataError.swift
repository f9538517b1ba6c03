/// Why the metadata service of the instance gave no answer that can be used.
public struct InstanceMetadataError: Error, Sendable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        /// `AWS_EC2_METADATA_DISABLED` says that it must not be asked.
        case disabled
        /// Nobody answers there: this is no EC2 instance, or a hop too far from it.
        case unreachable
        /// It answers, but not to us: it is turned off for the instance, or gives no token.
        case refused
        /// It has nothing at that path now.
        case notFound
        /// It has trouble of its own; the status.
        case failed(Int)
        /// The answer is not what is documented.
        case malformed
        /// The task was cancelled.
        case cancelled
    }

    public let code: Code
    /// What was asked, what went wrong and, where one is known, the remedy.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
