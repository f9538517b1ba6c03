/// The standard mode of the AWS SDKs (AWS SDKs and Tools Reference Guide, "Retry behavior").
public struct RetryPolicy: Sendable, Hashable {
    /// How often a call is sent at most, the first time included; at least 1.
    public var maxAttempts: Int
    /// The most time between two attempts, also where the service asks for more.
    public var longestDelay: Duration

    public init(maxAttempts: Int = 3, longestDelay: Duration = .seconds(20)) {
        self.maxAttempts = max(1, maxAttempts)
        self.longestDelay = longestDelay
    }

    /// As `AWS_MAX_ATTEMPTS` says.
    /// - Throws: with the kind `invalidRequest` when that is no number above 0.
    public init(environment: [String: String]) throws(AWSError) {
        guard let text = environment["AWS_MAX_ATTEMPTS"], !text.isEmpty else {
            self.init()
            return
        }
        guard let number = Int(text), number > 0 else {
            throw AWSError(
                .invalidRequest, service: "aws", code: "InvalidSetting",
                message: "AWS_MAX_ATTEMPTS is '\(text)', but must be a whole number above 0")
        }
        self.init(maxAttempts: number)
    }

    /// How long to wait before a retry: a random part of a time that doubles from one second.
    /// - Parameters:
    ///   - retry: 1 for the first.
    ///   - fraction: the chance, 0..<1.
    ///   - asked: what the service asked for, which is the least.
    func delay(retry: Int, fraction: Double, asked: Duration?) -> Duration {
        let bound = min(Duration.seconds(1 << min(max(retry - 1, 0), 30)), longestDelay)
        return max(bound * fraction, min(asked ?? .zero, longestDelay))
    }
}
