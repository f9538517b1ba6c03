import Stores
import Threading

/// The notice that a run has started, a moment later: most short runs end before it is sent, and then it travels
/// with their result, which halves what journal and topic must take.
final class StartNotice: Sendable {
    private enum State {
        case notStarted
        case waiting
        case sending(Task<Bool, Never>)
        case over
    }

    private let state = Locked(State.notStarted)
    private let notices: StartNotices
    private let send: @Sendable () async -> Bool

    /// - Parameter send: says whether it could.
    init(_ notices: StartNotices, send: @escaping @Sendable () async -> Bool) {
        self.notices = notices
        self.send = send
    }

    /// The run has started. Only the first call counts.
    func start() {
        let isFirst = state.withLock { state in
            guard case .notStarted = state else { return false }
            state = .waiting
            return true
        }
        if isFirst { notices.add(self) }
    }

    /// Whether the run has started, before it is over.
    var hasStarted: Bool {
        state.withLock { state in
            switch state {
            case .notStarted, .over: false
            case .waiting, .sending: true
            }
        }
    }

    /// The moment is over.
    fileprivate func sendUnlessFinished() {
        state.withLock { state in
            guard case .waiting = state else { return }
            state = .sending(Task { await send() })
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
        case .waiting: return true
        case .sending(let task): return await !task.value
        }
    }
}

/// Sends notices of starts when their moment is over. One timer serves all of them.
final class StartNotices: Sendable {
    /// How long a notice waits for the run's end; at most twice as long.
    private static let delay = Duration.milliseconds(10)

    private struct State {
        /// Since the last tick, and since the one before it.
        var young: [StartNotice] = []
        var old: [StartNotice] = []
        var isTicking = false
    }

    private let state = Locked(State())
    private let time: any TimeSource

    init(time: any TimeSource) { self.time = time }

    fileprivate func add(_ notice: StartNotice) {
        let mustTick = state.withLock { state in
            state.young.append(notice)
            defer { state.isTicking = true }
            return !state.isTicking
        }
        if mustTick { Task { await tick() } }
    }

    /// Until no notice waits.
    private func tick() async {
        var isDone = false
        while !isDone {
            // Not cancelled by anybody; and were it, the notices would only go out sooner.
            try? await time.sleep(for: Self.delay)
            let due = state.withLock { state in
                defer {
                    state.old = state.young
                    state.young = []
                    isDone = state.old.isEmpty
                    state.isTicking = !isDone
                }
                return state.old
            }
            for notice in due { notice.sendUnlessFinished() }
        }
    }
}
