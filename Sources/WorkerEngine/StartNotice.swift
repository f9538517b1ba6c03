import Stores
import Threading

/// The notice that a run has started, a moment later: most short runs end before it is sent, and then it travels
/// with their result, which halves what journal and topic must take.
final class StartNotice: Sendable {
    private enum State {
        case notStarted
        case waiting(Task<Void, Never>)
        case sending(Task<Bool, Never>)
        case over
    }

    /// How long it waits for the run's end.
    private static let delay = Duration.milliseconds(10)

    private let state = Locked(State.notStarted)
    private let time: any TimeSource

    init(time: any TimeSource) { self.time = time }

    /// The run has started. Only the first call counts. `send` says whether it could.
    func start(_ send: @escaping @Sendable () async -> Bool) {
        state.withLock { state in
            guard case .notStarted = state else { return }
            state = .waiting(
                Task {
                    do { try await time.sleep(for: Self.delay) } catch { return }
                    guard let sending = self.beginSending(send) else { return }
                    _ = await sending.value
                })
        }
    }

    private func beginSending(_ send: @escaping @Sendable () async -> Bool) -> Task<Bool, Never>? {
        state.withLock { state in
            guard case .waiting = state else { return nil }
            let sending = Task { await send() }
            state = .sending(sending)
            return sending
        }
    }

    /// The run is over. True when it had started and nobody was told: the caller must. Waits for a notice on its way,
    /// so that it never comes after the end.
    func finish() async -> Bool {
        let last = state.withLock { state in
            defer { state = .over }
            return state
        }
        switch last {
        case .notStarted, .over: return false
        case .waiting(let task):
            task.cancel()
            return true
        case .sending(let task):
            return await !task.value
        }
    }
}
