import Threading

/// Something that only grows.
public final class Counter: Sendable {
    private let value = Locked(0.0)

    /// Amounts below zero count as zero.
    public func add(_ amount: Double = 1) { value.withLock { $0 += max(0, amount) } }

    public func add(_ amount: Int) { add(Double(amount)) }

    /// For what is counted elsewhere, as the kernel counts processor time. Never goes back.
    public func reach(_ total: Double) { value.withLock { $0 = max($0, total) } }

    public var total: Double { value.withLock { $0 } }
}

/// Something that goes up and down.
public final class Gauge: Sendable {
    private let value = Locked<Double?>(nil)

    public func set(_ new: Double) { value.withLock { $0 = new } }

    public func set(_ new: Int) { set(Double(new)) }

    public func set(_ flag: Bool) { set(flag ? 1 : 0) }

    /// Nil before it was set: then it is not exported.
    public var current: Double? { value.withLock { $0 } }
}

/// How a quantity is distributed over fixed buckets.
public final class Histogram: Sendable {
    struct Counts {
        /// Of each bucket by itself, that without bound last.
        var buckets: [Int]
        var sum = 0.0
    }

    let bounds: [Double]
    private let counts: Locked<Counts>

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = Locked(Counts(buckets: Array(repeating: 0, count: bounds.count + 1)))
    }

    public func observe(_ value: Double) {
        // A bucket holds what is not above its bound.
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        counts.withLock { counts in
            counts.buckets[index] += 1
            counts.sum += value
        }
    }

    var current: Counts { counts.withLock { $0 } }
}
