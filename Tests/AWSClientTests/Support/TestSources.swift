import FOQUSModel
import Stores
import Threading

/// A clock that is wrong by as much as the test wants, and pauses that end at once and are written down.
final class TestTime: TimeSource {
    private struct State {
        var ahead: Duration
        var pauses: [Duration] = []
    }

    private let state: Locked<State>
    private let system = SystemTime()

    /// - Parameter ahead: of the true time.
    init(ahead: Duration = .zero) { state = Locked(State(ahead: ahead)) }

    var pauses: [Duration] { state.withLock { $0.pauses } }

    func now() -> Timestamp { system.now() + state.withLock { $0.ahead } }
    func instant() -> Instant { system.instant() }

    func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        state.withLock { $0.pauses.append(duration) }
    }

    /// As when someone sets the machine's clock.
    func turn(by duration: Duration) { state.withLock { $0.ahead += duration } }
}

/// Always the same chance.
struct FixedRandom: RandomSource {
    /// 0..<1
    let chance: Double

    func bytes(_ count: Int) -> [UInt8] {
        let bits = UInt64(chance * Double(1 << 53)) << 11
        return (0..<count).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0 % 8))) }
    }
}
