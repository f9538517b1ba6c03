public import FOQUSModel

/// A point on a clock that never jumps, in nanoseconds since an arbitrary start. For durations only.
public struct Instant: Sendable, Hashable, Comparable {
    public let nanoseconds: UInt64

    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }

    public static func - (a: Instant, b: Instant) -> Duration {
        .nanoseconds(Int64(clamping: a.nanoseconds) - Int64(clamping: b.nanoseconds))
    }

    public static func + (a: Instant, b: Duration) -> Instant {
        let (seconds, attoseconds) = b.components
        let whole = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let delta = whole.overflow ? Int64.max : whole.partialValue + attoseconds / 1_000_000_000
        let sum = Int64(clamping: a.nanoseconds).addingReportingOverflow(delta)
        return Instant(nanoseconds: sum.overflow ? UInt64(Int64.max) : UInt64(clamping: sum.partialValue))
    }
}

/// All the time that the worker engine, the gateway and the stores see, so that tests can turn the clock.
public protocol TimeSource: Sendable {
    /// Civil time, for records.
    func now() -> Timestamp
    /// For durations.
    func instant() -> Instant
    /// Throws `CancellationError` when the task is cancelled.
    func sleep(for duration: Duration) async throws
}

/// All the chance that they see.
public protocol RandomSource: Sendable {
    func bytes(_ count: Int) -> [UInt8]
}

extension RandomSource {
    public func identifier<ID: UUIDIdentifier>(_ type: ID.Type = ID.self) -> ID { ID(UUIDText(random: bytes(16))) }

    /// Uniform in 0..<1.
    public func fraction() -> Double {
        let bits = bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Double(bits >> 11) / Double(1 << 53)
    }
}
