import FOQUSModel
import Stores
import Threading

/// A clock that only sleeping moves: a sleep is over at once, and as much later.
final class SkippingTime: TimeSource {
    private let elapsed = Locked(Duration.zero)
    private let naps = Locked<[Duration]>([])

    /// How long each sleep was.
    var sleeps: [Duration] { naps.withLock { $0 } }

    func now() -> Timestamp { Timestamp(milliseconds: 1_795_554_025_000) + elapsed.withLock { $0 } }
    func instant() -> Instant { Instant(nanoseconds: 1_000_000_000) + elapsed.withLock { $0 } }

    func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        naps.withLock { $0.append(duration) }
        elapsed.withLock { $0 += duration }
        await Task.yield()
    }
}
