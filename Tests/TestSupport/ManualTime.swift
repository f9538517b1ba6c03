public import FOQUSModel
public import Stores
import Threading

/// Time that stands still until the test moves it. Both of its clocks move together.
public final class ManualTime: TimeSource {
    private struct Sleeper {
        let deadline: Instant
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: Timestamp
        var instant = Instant(nanoseconds: 1_000_000_000)
        var sleepers: [Int: Sleeper] = [:]
        var nextSleeper = 0
        /// Cancelled before they fell asleep.
        var cancelled: Set<Int> = []
    }

    private let state: Locked<State>

    /// Begins at 2026-01-01T00:00:00Z unless told otherwise.
    public init(now: Timestamp = Timestamp(milliseconds: 1_767_225_600_000)) {
        state = Locked(State(now: now))
    }

    public func now() -> Timestamp { state.withLock { $0.now } }
    public func instant() -> Instant { state.withLock { $0.instant } }

    /// How many tasks sleep on this clock now.
    public var sleepers: Int { state.withLock { $0.sleepers.count } }

    /// Moves the time on and wakes whoever is due, earliest first.
    public func advance(by duration: Duration) {
        let due: [Sleeper] = state.withLock { state in
            state.now = state.now + duration
            state.instant = state.instant + duration
            let due = state.sleepers.filter { $0.value.deadline <= state.instant }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.sorted { $0.deadline < $1.deadline }
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    public func sleep(for duration: Duration) async throws {
        let id = state.withLock { state in
            state.nextSleeper += 1
            return state.nextSleeper
        }
        defer { state.withLock { _ = $0.cancelled.remove(id) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                fallAsleep(id, for: duration, continuation)
            }
        } onCancel: {
            wakeCancelled(id)
        }
    }

    private func fallAsleep(_ id: Int, for duration: Duration, _ continuation: CheckedContinuation<Void, any Error>) {
        let outcome: Result<Void, CancellationError>? = state.withLock { state in
            if state.cancelled.contains(id) { return .failure(CancellationError()) }
            if duration <= .zero { return .success(()) }
            state.sleepers[id] = Sleeper(deadline: state.instant + duration, continuation: continuation)
            return nil
        }
        if let outcome { continuation.resume(with: outcome.mapError { $0 as any Error }) }
    }

    private func wakeCancelled(_ id: Int) {
        let sleeper: Sleeper? = state.withLock { state in
            let sleeper = state.sleepers.removeValue(forKey: id)
            if sleeper == nil { state.cancelled.insert(id) }
            return sleeper
        }
        sleeper?.continuation.resume(throwing: CancellationError())
    }
}
