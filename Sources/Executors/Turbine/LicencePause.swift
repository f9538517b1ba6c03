import EventLoop

/// Holds the jobs of an application back while there is no licence for it.
///
/// After a licence failure nothing starts for a while; then one job goes first. When that has a licence all may go on,
/// otherwise the pause doubles.
actor LicencePause {
    /// What a job may do.
    enum Admission: Sendable, Equatable {
        case free
        /// It goes first, and the others wait for what it finds: `settled` must follow.
        case first
        /// It has waited long enough.
        case tooLate
        case cancelled
    }

    private static let longest = Duration.seconds(900)

    private enum State {
        case open
        /// Until a timer ends it.
        case paused
        /// The pause is over, and who comes next tries.
        case due
        case trying
    }

    private let loop: EventLoop
    private let shortest: Duration
    private var state = State.open
    private var next: Duration
    private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    private var lastWaiter = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// - Parameter first: the length of the first pause.
    init(_ first: Duration, loop: EventLoop) {
        self.loop = loop
        shortest = first
        next = first
    }

    /// Waits until a job may start.
    /// - Parameter deadline: looked at whenever something changes, so at the latest after the longest pause.
    func enter(until deadline: ContinuousClock.Instant) async -> Admission {
        while !Task.isCancelled {
            switch state {
            case .open: return .free
            case .due:
                state = .trying
                return .first
            case .paused, .trying:
                if ContinuousClock().now > deadline { return .tooLate }
                await change()
            }
        }
        return .cancelled
    }

    /// What a job found that was admitted.
    /// - Parameter hadLicence: nil when it does not tell, as one that was cancelled.
    func settled(_ admission: Admission, hadLicence: Bool?) {
        switch hadLicence {
        case true?:
            state = .open
            next = shortest
        case false?:
            // Of jobs that began before the pause, and failed for the same reason, one pause is enough.
            guard admission == .first || state == .open else { return }
            state = .paused
            loop.addTimer(after: next) { self.assumeIsolated { $0.timeIsOver() } }
            next = min(next * 2, Self.longest)
        case nil:
            guard admission == .first else { return }
            state = .due
        }
        wakeAll()
    }

    private func timeIsOver() {
        guard state == .paused else { return }
        state = .due
        wakeAll()
    }

    private func change() async {
        lastWaiter += 1
        let id = lastWaiter
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled { continuation.resume() } else { waiting[id] = continuation }
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.waiting.removeValue(forKey: id)?.resume() } }
        }
    }

    private func wakeAll() {
        let all = waiting.values
        waiting = [:]
        for continuation in all { continuation.resume() }
    }
}
