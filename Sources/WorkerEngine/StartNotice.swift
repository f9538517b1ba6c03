import Threading

/// Sends the notice that a run has started from a synchronous callback, and lets the end of the run wait for it,
/// so that `running` is never journaled after the final state.
final class StartNotice: Sendable {
    private let task = Locked<Task<Void, Never>?>(nil)

    func send(_ body: @escaping @Sendable () async -> Void) {
        task.withLock { task in
            guard task == nil else { return }
            task = Task { await body() }
        }
    }

    func wait() async { await task.withLock { $0 }?.value }
}
