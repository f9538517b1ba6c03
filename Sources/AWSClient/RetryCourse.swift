import FOQUSModel
import HTTPClient

/// The attempts of one call: what is to be done after each.
struct RetryCourse {
    enum Step: Sendable, Hashable {
        case pause(Duration)
        case correctClock
        case renewCredentials
    }

    private let policy: RetryPolicy
    private let quota: RetryQuota
    private let isIdempotent: Bool
    /// How often it was sent, those attempts included that failed by our own fault.
    private(set) var sent = 0
    /// Those that count.
    private var attempts = 0
    private var lastCost: Int?
    private var hasCorrectedClock = false
    private var hasRenewedCredentials = false

    init(policy: RetryPolicy, quota: RetryQuota, isIdempotent: Bool) {
        self.policy = policy
        self.quota = quota
        self.isIdempotent = isIdempotent
    }

    func succeeded() { quota.succeeded(after: lastCost) }

    /// What to do before the next attempt; nil when the failure stands.
    /// - Parameter fraction: the chance, asked for when it is needed.
    mutating func failed(_ failure: AttemptFailure, fraction: () -> Double) -> Step? {
        sent += 1
        guard let cause = RetryCause(failure, isIdempotent: isIdempotent) else { return nil }
        switch cause {
        case .clockSkew:
            guard !hasCorrectedClock else { return nil }
            hasCorrectedClock = true
            return .correctClock
        case .expiredCredentials:
            guard !hasRenewedCredentials else { return nil }
            hasRenewedCredentials = true
            return .renewCredentials
        case .transient, .timedOut, .throttled:
            attempts += 1
            guard attempts < policy.maxAttempts, quota.take(cause.cost) else { return nil }
            lastCost = cause.cost
            return .pause(policy.delay(retry: attempts, fraction: fraction(), asked: failure.retryAfter))
        }
    }
}

extension AttemptFailure {
    /// A failure that the service answered.
    /// - Parameter now: for a service that says until when it wants to be left alone.
    init(_ error: AWSError, _ response: ClientResponse, now: Timestamp) {
        self.init(error: error)
        date = response.header("date").flatMap(HTTPDate.parse)
        // Milliseconds in the one field, seconds or a date in the other.
        if let milliseconds = response.header("x-amz-retry-after").flatMap(Int64.init) {
            retryAfter = .milliseconds(milliseconds)
        } else if let text = response.header("retry-after") {
            retryAfter = Int64(text).map { .seconds($0) } ?? HTTPDate.parse(text).map { $0 - (date ?? now) }
        }
    }
}
