import Threading

/// Work of which one run at a time is enough for all who want its outcome.
final class SingleFlight<Value: Sendable, Failure: Error>: Sendable {
    typealias Outcome = Result<Value, Failure>

    private struct State {
        var isRunning = false
        var nextWaiter = 0
        var waiters: [Int: CheckedContinuation<Outcome, Never>] = [:]
        /// Cancelled before they waited.
        var cancelled: Set<Int> = []
    }

    private let state = Locked(State())
    private let cancellation: Failure
    private let work: @Sendable () async -> Outcome

    /// - Parameters:
    ///   - cancellation: what a waiter gets whose task is cancelled. The work goes on for the others.
    init(cancellation: Failure, _ work: @escaping @Sendable () async -> Outcome) {
        self.cancellation = cancellation
        self.work = work
    }

    /// Starts the work unless it is running, and waits for its outcome.
    func value() async throws(Failure) -> Value {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let outcome: Outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if isCancelled { continuation.resume(returning: .failure(cancellation)) } else { begin() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let waiter = state.waiters.removeValue(forKey: id)
                if waiter == nil { state.cancelled.insert(id) }
                return waiter
            }
            waiter?.resume(returning: .failure(cancellation))
        }
        // The task may have been cancelled after its outcome.
        state.withLock { _ = $0.cancelled.remove(id) }
        return try outcome.get()
    }

    /// Starts the work unless it is running.
    func begin() {
        let mustStart = state.withLock { state in
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard mustStart else { return }
        Task {
            let outcome = await work()
            let waiters = state.withLock { state in
                defer { state.waiters = [:] }
                state.isRunning = false
                return state.waiters
            }
            for waiter in waiters.values { waiter.resume(returning: outcome) }
        }
    }
}
