import EventLoop

/// Holds the jobs of an application back while there is no licence for it.
///
/// After a licence failure nothing starts for a while; then one job goes first. When that has a licence all may go on,
/// otherwise the pause doubles.
actor LicencePause {
    private static let longest = Duration.seconds(900)

    private enum State {
        case open
        /// Until a timer ends it.
        case paused
        /// One job tries whether there is a licence again.
        case trying
    }

    private let loop: EventLoop
    private let first: Duration
    private var state = State.open
    private var next: Duration
    private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    private var lastWaiter = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(_ first: Duration, loop: EventLoop) {
        self.first = first
        self.loop = loop
        next = first
    }

    /// Returns when a job may start, or when its task is cancelled. `settled` must follow.
    func enter() async {
        while !Task.isCancelled {
            switch state {
            case .open: return
            case .paused, .trying:
                lastWaiter += 1
                let id = lastWaiter
                await withTaskCancellationHandler {
                    await withCheckedContinuation { continuation in
                        if Task.isCancelled { continuation.resume() } else { waiting[id] = continuation }
                    }
                } onCancel: {
                    loop.execute { self.assumeIsolated { $0.waiting.removeValue(forKey: id)?.resume() } }
                }
                if state == .paused, isDue {
                    isDue = false
                    state = .trying
                    return
                }
            }
        }
    }

    /// The pause is over, and the next waiter may try.
    private var isDue = false

    /// - Parameter hadLicence: nil when the job does not tell, as one that was cancelled.
    func settled(hadLicence: Bool?) {
        switch hadLicence {
        case true?:
            state = .open
            next = first
            wakeAll()
        case false?:
            guard state != .paused || isDue else { return }  // others failed as well
            pause()
        case nil:
            // Another one has to try.
            if state == .trying { letOneTry() }
        }
    }

    var isPaused: Bool { state != .open }

    private func pause() {
        state = .paused
        isDue = false
        loop.addTimer(after: next) { self.assumeIsolated { $0.letOneTry() } }
        next = min(next * 2, Self.longest)
    }

    private func letOneTry() {
        state = .paused
        isDue = true
        guard let id = waiting.keys.min() else {
            // Who comes next tries.
            state = .open
            isDue = false
            return
        }
        waiting.removeValue(forKey: id)?.resume()
    }

    private func wakeAll() {
        let all = waiting.values
        waiting = [:]
        for continuation in all { continuation.resume() }
    }
}
