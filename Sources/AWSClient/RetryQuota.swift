import Threading

/// What retries cost, so that a service in trouble gets few of them: each takes from a store that only success fills.
final class RetryQuota: Sendable {
    static let capacity = 500

    private let left: Locked<Int>

    init(capacity: Int = RetryQuota.capacity) { left = Locked(capacity) }

    /// False when there is too little; nothing is taken then.
    func take(_ cost: Int) -> Bool {
        left.withLock { left in
            guard left >= cost else { return false }
            left -= cost
            return true
        }
    }

    /// A call was carried out.
    /// - Parameter cost: of its last retry; nil when it needed none.
    func succeeded(after cost: Int?) {
        left.withLock { $0 = min(Self.capacity, $0 + (cost ?? 1)) }
    }

    var available: Int { left.withLock { $0 } }
}
