import FOQUSModel
import JournalEvents
import Logging
import Stores

/// Effects on their way out: journaled first, then delivered in order for each attempt, many attempts at a time.
///
/// A crash or an outage delays them and loses none; doing one twice is harmless, since notifications carry ids,
/// an upload replaces itself and a lost lease acknowledges nothing.
actor Outbox {
    struct Services: Sendable {
        let journal: any AttemptJournal
        let queue: any JobQueue
        let notifier: any Notifier
        let objects: any ObjectStore
        /// Nil where an output and the end that follows it come to the table in order.
        let outputs: OutputWaits?
        let workspace: any Workspace
        let leases: LeaseKeeper
        let time: any TimeSource
        let random: any RandomSource
        let progress: ProgressLedger
        let metrics: any Metrics
        let logger: Logger
    }

    /// An attempt, the effects that it starts with, and what the log says of it beside its job.
    typealias Beginning = (record: AttemptRecord, effects: [Effect], story: @Sendable () -> Logger.Metadata)

    /// Attempts that one round takes on.
    private static let roundLimit = 128
    private static let lingerTime = Duration.milliseconds(10)
    /// Between the starts of two rounds while many attempts are in hand: each takes more with it then, and a round
    /// costs nearly the same for one as for ten.
    private static let busyInterval = Duration.milliseconds(40)
    /// So many do not wait for more: they fill calls of ten, which is the most that SQS and SNS take.
    private static let fullRound = 20
    private static let busyBacklog = 3

    let services: Services
    let backoff = Backoff(first: .milliseconds(200), longest: .seconds(30))
    let troubles: Troubles
    private(set) var lanes: [AttemptID: Lane] = [:]
    private var ready: [AttemptID] = []
    /// With effects that need not leave at once.
    private var lingering: [AttemptID] = []
    private var nextSequence: Int64 = 1
    private var lastRound = Instant(nanoseconds: 0)
    /// Done, but the journal could not be told yet.
    private var unmarked: (files: [AttemptID: [Int64]], finished: [AttemptID]) = ([:], [])
    private var waitingForWork: CheckedContinuation<Void, Never>?
    private var waitingForIdle: [CheckedContinuation<Void, Never>] = []

    init(services: Services) {
        self.services = services
        troubles = Troubles(time: services.time, logger: services.logger)
    }

    /// Returns, which shows that nothing hangs here.
    func answer() {}

    nonisolated var waitsForOutput: Bool { services.outputs != nil }

    // MARK: what attempts ask for

    /// Attempts start with these effects.
    func begin(_ attempts: [Beginning]) async throws(StoreError) { try await begin(attempts, isComplete: false) }

    /// A message needs no run: only these effects.
    func settle(_ attempt: Beginning) async throws(StoreError) { try await begin([attempt], isComplete: true) }

    private func begin(_ attempts: [Beginning], isComplete: Bool) async throws(StoreError) {
        let begun = attempts.map { attempt in
            BegunAttempt(record: attempt.record, effects: number(attempt.effects), isComplete: isComplete)
        }
        try await services.journal.begin(begun)
        for (attempt, beginning) in zip(begun, attempts) {
            lanes[attempt.record.id] = Lane(
                record: attempt.record, story: beginning.story, pending: attempt.effects,
                completed: isComplete ? services.time.instant() : nil)
            offer(attempt.record.id)
        }
    }

    func append(_ effects: [Effect], to attempt: AttemptID) async throws(StoreError) {
        let numbered = number(effects)
        try await services.journal.append(numbered, to: attempt)
        lanes[attempt]?.pending += numbered
        offer(attempt)
    }

    /// The attempt's run is over.
    func complete(_ attempt: AttemptID, _ effects: [Effect]) async throws(StoreError) {
        let numbered = number(effects)
        try await services.journal.complete(attempt, effects: numbered)
        lanes[attempt]?.pending += numbered
        lanes[attempt]?.completed = services.time.instant()
        offer(attempt)
    }

    /// Takes over what an earlier life left. Runs that had not ended are given back to the queue.
    func recover(_ unfinished: [UnfinishedAttempt]) async throws(StoreError) {
        let last = unfinished.flatMap(\.effects).map(\.sequence).max() ?? 0
        nextSequence = max(nextSequence, last + 1)
        for attempt in unfinished {
            await services.leases.adopt(attempt.record.lease)
            lanes[attempt.record.id] = Lane(
                record: attempt.record, pending: attempt.effects,
                completed: attempt.isComplete ? services.time.instant() : nil)
            if attempt.isComplete {
                offer(attempt.record.id)
            } else {
                let giveBack = Effect.release(attempt.record.lease, delay: .zero, countsAsAttempt: true)
                try await complete(attempt.record.id, [giveBack])
            }
        }
    }

    /// Suspends until everything is delivered.
    func waitUntilIdle() async {
        guard !lanes.isEmpty else { return }
        await withCheckedContinuation { waitingForIdle.append($0) }
    }

    /// Lets those go who wait for the end, although something may be left: the journal keeps it.
    func abandonWaiting() {
        for waiter in waitingForIdle { waiter.resume() }
        waitingForIdle = []
    }

    /// Attempts that are not over, or whose effects are not all delivered.
    var backlog: Int { lanes.count }

    private func number(_ effects: [Effect]) -> [JournaledEffect] {
        effects.map { effect in
            defer { nextSequence += 1 }
            return JournaledEffect(sequence: nextSequence, effect: effect)
        }
    }

    // MARK: delivery

    /// Delivers until the task is cancelled.
    func run() async {
        defer { services.progress.rest(.outbox) }
        await withDiscardingTaskGroup { group in
            while let round = await nextRound() {
                services.progress.expect(.outbox)
                let (slow, rest) = split(round)
                for attempt in slow { group.addTask { await self.deliverSlowly(of: attempt) } }
                if !rest.isEmpty { await deliver(rest, in: &group) }
            }
            group.cancelAll()
        }
    }

    private func nextRound() async -> [AttemptID]? {
        if ready.isEmpty { services.progress.rest(.outbox) }
        while ready.isEmpty {
            if Task.isCancelled { return nil }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    if Task.isCancelled || !ready.isEmpty {
                        continuation.resume()
                    } else {
                        waitingForWork = continuation
                    }
                }
            } onCancel: {
                Task { await self.wake() }
            }
        }
        // Cut short when the outbox is told to stop: what is ready goes out then.
        while lanes.count >= Self.busyBacklog, ready.count < Self.fullRound, !Task.isCancelled {
            let rest = lastRound + Self.busyInterval - services.time.instant()
            guard rest > .zero else { break }
            try? await services.time.sleep(for: min(rest, Self.lingerTime))
        }
        lastRound = services.time.instant()
        let round = Array(ready.prefix(Self.roundLimit))
        ready.removeFirst(round.count)
        return round
    }

    private func wake() { waitingForWork.take()?.resume() }

    private func offer(_ attempt: AttemptID) {
        guard let lane = lanes[attempt], !lane.isTaken, lane.isComplete || !lane.pending.isEmpty else { return }
        guard lane.isComplete || lanes.count == 1 else {
            linger(attempt)
            return
        }
        lanes[attempt]?.isTaken = true
        ready.append(attempt)
        wake()
    }

    /// A busy worker tells the beginnings of its runs a moment later, many at a time, or with their ends.
    private func linger(_ attempt: AttemptID) {
        lingering.append(attempt)
        guard lingering.count == 1 else { return }
        Task {
            try? await services.time.sleep(for: Self.lingerTime)
            let due = lingering
            lingering = []
            for attempt in due {
                guard let lane = lanes[attempt], !lane.isTaken, !lane.pending.isEmpty else { continue }
                lanes[attempt]?.isTaken = true
                ready.append(attempt)
            }
            if !ready.isEmpty { wake() }
        }
    }

    private func split(_ round: [AttemptID]) -> (slow: [AttemptID], rest: [AttemptID]) {
        var slow: [AttemptID] = []
        var rest: [AttemptID] = []
        for attempt in round {
            if lanes[attempt]?.head == .slow { slow.append(attempt) } else { rest.append(attempt) }
        }
        return (slow, rest)
    }

    private func deliver(_ round: [AttemptID], in group: inout DiscardingTaskGroup) async {
        var delivery = Delivery(lanes: round.compactMap { lanes[$0] }, services: services)
        await delivery.run()
        for (lease, lane) in delivery.lost {
            services.logger.warning(
                "lease lost before the result was accepted: another worker has the job",
                ["job": lane.job?.description ?? "-", "attemptID": lane.id, "message": lease.message],
                event: JournalEvent.leaseLost)
        }
        for note in delivery.notes { report(note.subject, note.error) }
        await finish(round, done: delivery.done, failed: delivery.failed)
        let failed = round.filter { delivery.failed.contains($0) }
        guard !failed.isEmpty else { return }
        let failures = failed.compactMap { lanes[$0]?.failures }.max() ?? 1
        let delay = backoff.delay(afterFailures: failures, random: services.random)
        group.addTask {
            try? await self.services.time.sleep(for: delay)
            await self.retry(failed)
        }
    }

    /// Slow effects of one attempt, which are not part of a round.
    private func deliverSlowly(of attempt: AttemptID) async {
        guard let lane = lanes[attempt] else { return }
        var mayUpload = true
        do {
            mayUpload = try await services.leases.lost(among: [lane.record.lease]).isEmpty
        } catch {
            // As in `Delivery.fence`: a queue out of reach gives the message to nobody else.
            report("fence", error)
        }
        let delivery = SlowDelivery(lane: lane, mayUpload: mayUpload, services: services)
        let (done, error) = await delivery.run()
        report("files", error)
        await finish([attempt], done: done, failed: error == nil ? [] : [attempt])
        guard error != nil else { return }
        let delay = backoff.delay(afterFailures: lanes[attempt]?.failures ?? 1, random: services.random)
        try? await services.time.sleep(for: delay)
        retry([attempt])
    }

    /// Takes done effects off the lanes, tells the journal, and lets unfailed lanes go on.
    private func finish(_ round: [AttemptID], done: Set<Int64>, failed: Set<AttemptID>) async {
        var marks = unmarked
        unmarked = ([:], [])
        var finished: [AttemptID] = []
        for attempt in round {
            guard var lane = lanes[attempt] else { continue }
            let files = lane.pending.filter { done.contains($0.sequence) && $0.effect.isOfFiles }
            lane.pending.removeAll { done.contains($0.sequence) }
            lane.failures = failed.contains(attempt) ? lane.failures + 1 : 0
            lanes[attempt] = lane
            if lane.isComplete && lane.pending.isEmpty {
                finished.append(attempt)
            } else if !files.isEmpty {
                marks.files[attempt, default: []] += files.map(\.sequence)
            }
        }
        marks.finished += finished
        do {
            try await services.journal.delivered(files: marks.files, finished: marks.finished)
            report("journal", nil)
        } catch {
            for (attempt, sequences) in marks.files { unmarked.files[attempt, default: []] += sequences }
            unmarked.finished += marks.finished
            report("journal", error)
        }
        tell(finished)
        for attempt in finished { lanes[attempt] = nil }
        for attempt in round where !failed.contains(attempt) {
            lanes[attempt]?.isTaken = false
            offer(attempt)
        }
        if lanes.isEmpty { abandonWaiting() }
    }

    private func retry(_ attempts: [AttemptID]) {
        for attempt in attempts {
            lanes[attempt]?.isTaken = false
            offer(attempt)
        }
    }
}
