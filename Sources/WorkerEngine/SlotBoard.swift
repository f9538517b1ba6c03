import FOQUSModel
import Stores

/// Why a run is cut short.
enum CancelReason: Sendable, Hashable {
    /// A user killed the session.
    case terminated
    /// Another attempt has finished the job.
    case superseded
    /// The message belongs to another worker now.
    case leaseLost
    /// The service stops.
    case drained
    /// It waits for a slot here while another worker may have one.
    case crowded
}

/// Who runs in which of the N slots, and who was fetched ahead and waits for one.
///
/// Waiting jobs are there so that a slot need not stand empty for the time of a call when jobs are short (ADR 17).
actor SlotBoard {
    private struct Occupant {
        enum Stage {
            case arrived
            /// The stores that must be asked about it are away.
            case held
            case waiting(CheckedContinuation<Bool, Never>, since: Instant)
            case running(since: Instant)
            case ended
        }

        /// Whether it may go back to the queue for want of a slot: going back can count as an attempt.
        var mayGoBack: Bool
        var stage = Stage.arrived
        var job: JobID?
        var cancel: (@Sendable () -> Void)?
        var reason: CancelReason?
    }

    /// The most that one call for messages brings from SQS: a second call for a few more is not worth it.
    private static let callSize = 10

    private var slots: Int
    private let time: any TimeSource
    private var pace: JobPace
    private var occupants: [AttemptID: Occupant] = [:]
    private var queue: [AttemptID] = []
    private(set) var running = 0
    /// Those whose run is over, but not yet noted down.
    private var ended = 0
    private var lastStart: Instant?
    private var isClosed = false
    private var waitingForRoom: CheckedContinuation<Void, Never>?
    private var waitingForEmpty: [CheckedContinuation<Void, Never>] = []

    /// - Parameter fetchAhead: how long a job that is fetched ahead may be expected to wait for a slot.
    init(slots: Int, fetchAhead: Duration, time: any TimeSource) {
        self.slots = slots
        self.time = time
        pace = JobPace(slots: slots, fetchAhead: fetchAhead)
    }

    /// All that are here: running, waiting and about to.
    var occupied: Int { occupants.count }

    /// Those that have all but a slot.
    var waiting: Int { queue.count }

    /// Returns, which shows that nothing hangs here.
    func answer() {}

    /// As many jobs at a time from now on. With fewer slots than jobs, these run to their ends.
    func resize(slots: Int, fetchAhead: Duration) {
        self.slots = slots
        pace = pace.with(slots: slots, fetchAhead: fetchAhead)
        admitWaiting()
        if room() > 0 { waitingForRoom.take()?.resume() }
    }

    // MARK: fetching

    /// How many more messages are wanted, once there are any; 0 when the board is closed. For one caller at a time.
    func waitForRoom() async -> Int {
        while !isClosed {
            let room = room()
            if room > 0 { return room }
            await withCheckedContinuation { waitingForRoom = $0 }
        }
        return 0
    }

    private func room() -> Int {
        // How the jobs of a next burst are is not known.
        guard !occupants.isEmpty else { return slots }
        let ahead = pace.ahead(runningSince: runningSince, now: time.instant())
        // One call for many is cheaper than one for each.
        let present = occupants.count - ended
        guard ended < slots, present < slots || (present - running) * 2 <= ahead else { return 0 }
        let room = max(0, slots + ahead - present)
        return room > Self.callSize ? room / Self.callSize * Self.callSize : room
    }

    private var runningSince: [Instant] {
        occupants.values.compactMap { if case .running(let since) = $0.stage { since } else { nil } }
    }

    /// No slot will be given out any more.
    func close() {
        isClosed = true
        waitingForRoom.take()?.resume()
        for attempt in Array(occupants.keys) where isWaiting(attempt) { cancel(attempt, .drained) }
    }

    // MARK: the way of an attempt

    func occupy(_ attempts: [(id: AttemptID, mayGoBack: Bool)]) {
        for attempt in attempts { occupants[attempt.id] = Occupant(mayGoBack: attempt.mayGoBack) }
    }

    /// The attempts wait, without a slot, for stores that are away. `wake` is called when one of them is cut short; at
    /// once when one is already, or no slot will be given out any more.
    func hold(_ attempts: [AttemptID], wake: @escaping @Sendable () -> Void) {
        for attempt in attempts {
            occupants[attempt]?.stage = .held
            occupants[attempt]?.cancel = wake
            if isClosed { cancel(attempt, .drained) }
            if occupants[attempt]?.reason != nil { wake() }
        }
    }

    /// Suspends until the attempt has a slot. False when it is cancelled before.
    func waitForSlot(_ attempt: AttemptID, job: JobID) async -> Bool {
        guard occupants[attempt] != nil, occupants[attempt]?.reason == nil, !isClosed else {
            cancel(attempt, .drained)
            return false
        }
        occupants[attempt]?.job = job
        if hasFreeSlot {
            start(attempt)
            return true
        }
        return await withCheckedContinuation { continuation in
            occupants[attempt]?.stage = .waiting(continuation, since: time.instant())
            queue.append(attempt)
        }
    }

    /// From now on `cancel` ends the attempt's run. Called at once when a reason is there already.
    func running(_ attempt: AttemptID, cancel: @escaping @Sendable () -> Void) {
        occupants[attempt]?.cancel = cancel
        if occupants[attempt]?.reason != nil { cancel() }
    }

    /// The run is over: its slot is free. What it gave is still to be noted down.
    func leaveSlot(_ attempt: AttemptID) {
        guard case .running(let since)? = occupants[attempt]?.stage else { return }
        occupants[attempt]?.stage = .ended
        running -= 1
        ended += 1
        pace.add(time.instant() - since)
        admitWaiting()
    }

    /// The attempt has come to its end.
    func vacate(_ attempt: AttemptID) {
        leaveSlot(attempt)
        if case .ended? = occupants.removeValue(forKey: attempt)?.stage { ended -= 1 }
        admitWaiting()
        if room() > 0 { waitingForRoom.take()?.resume() }
        guard occupants.isEmpty else { return }
        for waiter in waitingForEmpty { waiter.resume() }
        waitingForEmpty = []
    }

    /// As many results as there are slots may wait for the journal: a full disk must not let more jobs run for nothing.
    private var hasFreeSlot: Bool { running < slots && running + ended < 2 * slots }

    private func admitWaiting() {
        while hasFreeSlot, !queue.isEmpty { admit(queue.removeFirst()) }
    }

    private func admit(_ attempt: AttemptID) {
        guard case .waiting(let continuation, _)? = occupants[attempt]?.stage else { return }
        start(attempt)
        continuation.resume(returning: true)
    }

    private func start(_ attempt: AttemptID) {
        let now = time.instant()
        occupants[attempt]?.stage = .running(since: now)
        lastStart = now
        running += 1
    }

    private func isWaiting(_ attempt: AttemptID) -> Bool {
        switch occupants[attempt]?.stage {
        case .waiting, .held: true
        case .arrived, .running, .ended, nil: false
        }
    }

    // MARK: cutting short

    /// The first reason counts.
    func cancel(_ attempt: AttemptID, _ reason: CancelReason) {
        guard let occupant = occupants[attempt], occupant.reason == nil else { return }
        occupants[attempt]?.reason = reason
        if case .waiting(let continuation, _) = occupant.stage {
            queue.removeAll { $0 == attempt }
            occupants[attempt]?.stage = .arrived
            continuation.resume(returning: false)
        }
        occupant.cancel?()
    }

    func cancelAll(_ reason: CancelReason) {
        for attempt in Array(occupants.keys) { cancel(attempt, reason) }
    }

    /// Lets those go that have waited for longer than `patience` while no slot became free, where that costs them
    /// nothing.
    func cancelWaiting(longerThan patience: Duration) {
        let now = time.instant()
        guard let lastStart, now - lastStart > patience else { return }
        for attempt in queue {
            guard let occupant = occupants[attempt], occupant.mayGoBack,
                case .waiting(_, let since) = occupant.stage, now - since > patience
            else { continue }
            cancel(attempt, .crowded)
        }
    }

    func reason(for attempt: AttemptID) -> CancelReason? { occupants[attempt]?.reason }

    /// The jobs that run or wait, by attempt.
    var jobs: [AttemptID: JobID] { occupants.compactMapValues(\.job) }

    func waitUntilEmpty() async {
        guard !occupants.isEmpty else { return }
        await withCheckedContinuation { waitingForEmpty.append($0) }
    }
}
