import FOQUSModel

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
}

/// Who runs in which of the N slots.
actor SlotBoard {
    private struct Occupant {
        var job: JobID?
        var cancel: (@Sendable () -> Void)?
        var reason: CancelReason?
    }

    private let slots: Int
    private var occupants: [AttemptID: Occupant] = [:]
    private var isClosed = false
    private var waitingForFree: CheckedContinuation<Void, Never>?
    private var waitingForEmpty: [CheckedContinuation<Void, Never>] = []

    init(slots: Int) { self.slots = slots }

    var occupied: Int { occupants.count }

    /// The free slots, once there is one; 0 when the board is closed. For one caller at a time.
    func waitForFree() async -> Int {
        while !isClosed && occupants.count >= slots {
            await withCheckedContinuation { waitingForFree = $0 }
        }
        return isClosed ? 0 : slots - occupants.count
    }

    /// No slot will be given out any more.
    func close() {
        isClosed = true
        waitingForFree.take()?.resume()
    }

    func occupy(_ attempts: [AttemptID]) {
        for attempt in attempts { occupants[attempt] = Occupant() }
    }

    /// From now on `cancel` ends the attempt's run. Called at once when a reason is there already.
    func running(_ attempt: AttemptID, job: JobID, cancel: @escaping @Sendable () -> Void) {
        occupants[attempt]?.job = job
        occupants[attempt]?.cancel = cancel
        if occupants[attempt]?.reason != nil { cancel() }
    }

    func vacate(_ attempt: AttemptID) {
        occupants[attempt] = nil
        waitingForFree.take()?.resume()
        guard occupants.isEmpty else { return }
        for waiter in waitingForEmpty { waiter.resume() }
        waitingForEmpty = []
    }

    /// The first reason counts.
    func cancel(_ attempt: AttemptID, _ reason: CancelReason) {
        guard let occupant = occupants[attempt], occupant.reason == nil else { return }
        occupants[attempt]?.reason = reason
        occupant.cancel?()
    }

    func cancelAll(_ reason: CancelReason) {
        for attempt in Array(occupants.keys) { cancel(attempt, reason) }
    }

    func reason(for attempt: AttemptID) -> CancelReason? { occupants[attempt]?.reason }

    /// The jobs that run, by attempt.
    var runningJobs: [AttemptID: JobID] { occupants.compactMapValues(\.job) }

    func waitUntilEmpty() async {
        guard !occupants.isEmpty else { return }
        await withCheckedContinuation { waitingForEmpty.append($0) }
    }
}
