/// One sending of a call, for whoever counts or records them.
public struct AWSAttempt: Sendable {
    public let service: String
    /// `SendMessage`, `Publish`; for services without such names the method, as `PUT`.
    public let operation: String
    /// 1 for the first.
    public let number: Int
    /// HTTP status; 0 where there was no answer.
    public let status: Int
    /// As in `AWSError`; nil when the call was carried out.
    public let errorCode: String?
    public let duration: Duration
}
