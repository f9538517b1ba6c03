public import Executors
public import FOQUSModel
import JournalEvents
public import Logging
public import Stores

/// The worker: polls the queue, runs what it admits in its slots, and tells the world through its outbox.
///
/// `run` returns after `drain` and everything that follows from it.
public actor WorkerEngine {
    /// Everything outside that the engine touches.
    public struct Services: Sendable {
        public let queue: any JobQueue
        public let jobs: any JobTable
        public let objects: any ObjectStore
        public let notifier: any Notifier
        /// Where topics keep no order; nil where an output and the end that follows it come to the table in order.
        public let outputs: (any OutputWatch)?
        public let metrics: any Metrics
        public let journal: any AttemptJournal
        public let workspace: any Workspace
        public let executors: ExecutorRegistry
        public let time: any TimeSource
        public let random: any RandomSource
        public internal(set) var logger: Logger

        public init(
            queue: any JobQueue, jobs: any JobTable, objects: any ObjectStore, notifier: any Notifier,
            outputs: (any OutputWatch)? = nil, metrics: any Metrics = NoMetrics(),
            journal: any AttemptJournal, workspace: any Workspace, executors: ExecutorRegistry,
            time: any TimeSource, random: any RandomSource, logger: Logger
        ) {
            self.queue = queue
            self.jobs = jobs
            self.objects = objects
            self.notifier = notifier
            self.outputs = outputs
            self.metrics = metrics
            self.journal = journal
            self.workspace = workspace
            self.executors = executors
            self.time = time
            self.random = random
            self.logger = logger
        }
    }

    let services: Services
    let live: LiveOptions
    let worker: WorkerIdentity
    let board: SlotBoard
    let leases: LeaseKeeper
    let outbox: Outbox
    let health: WorkerHealth
    private let runner: JobRunner
    /// How long a job that was fetched ahead waits for a slot: then those in the slots are longer than expected, and
    /// another worker may have one free.
    private static let slotPatience = Duration.seconds(2)
    private let troubles: Troubles
    /// Whether the parts of this worker advance.
    public nonisolated let progress: ProgressLedger
    private(set) var phase = Phase.idle
    private var poll: Task<Void, Never>?
    private var deadline: Task<Void, Never>?
    private(set) var counters = WorkerStatus()
    private var hasBegun = false

    enum Phase { case idle, working, draining }

    public init(services: Services, options: WorkerOptions, instance: String) {
        worker = WorkerIdentity(consumer: services.random.identifier(), instance: instance)
        var services = services
        services.logger = services.logger.with(context: ["consumer": worker.consumer])
        self.services = services
        troubles = Troubles(time: services.time, logger: services.logger)
        live = LiveOptions(options)
        progress = ProgressLedger(time: services.time)
        health = WorkerHealth(now: services.time.instant())
        board = SlotBoard(slots: options.slots, fetchAhead: options.fetchAhead, time: services.time)
        leases = LeaseKeeper(
            queue: services.queue, time: services.time, visibility: options.lease, progress: progress,
            metrics: services.metrics,
            logger: services.logger)
        outbox = Outbox(
            services: Outbox.Services(
                journal: services.journal, queue: services.queue, notifier: services.notifier,
                objects: services.objects,
                outputs: services.outputs.map {
                    OutputWaits(outputs: $0, time: services.time, logger: services.logger)
                },
                workspace: services.workspace, leases: leases, time: services.time,
                random: services.random, progress: progress, metrics: services.metrics, logger: services.logger))
        runner = JobRunner(
            services: JobRunner.Services(
                jobs: services.jobs, workspace: services.workspace, executors: services.executors, outbox: outbox,
                notices: StartNotices(time: services.time), board: board, health: health,
                time: services.time,
                random: services.random, tells: services.notifier.isOn, metrics: services.metrics,
                logger: services.logger, troubles: troubles, worker: worker, live: live))
    }

    var options: WorkerOptions { live.current }

    /// This life of the worker.
    public nonisolated var consumer: ConsumerID { worker.consumer }

    /// Works until it is drained. Throws when the journal of an earlier life cannot be read; that is told on the
    /// alert topic (cloud-protocol 2.6), since nobody may be looking at the log.
    public func run() async throws(StoreError) {
        precondition(!hasBegun, "an engine runs once")
        hasBegun = true
        do throws(StoreError) {
            try await work()
        } catch {
            let alert = OutgoingNotification(
                id: "\(worker.consumer)/alert",
                notification: .alert(
                    "the worker cannot work: \(error.description)", detail: "\(error.code)", worker: worker))
            do throws(StoreError) { try await services.notifier.publish([alert]) } catch {
                services.logger.warning("the alert cannot be published", ["reason": error])
            }
            throw error
        }
    }

    private func work() async throws(StoreError) {
        // A drain may come first: then there is only an earlier life to take over from.
        if phase == .idle { phase = .working }
        let unfinished = try await services.journal.unfinished()
        try await services.workspace.removeAll(except: Set(unfinished.filter(\.isComplete).map(\.record.id)))
        try await outbox.recover(unfinished)
        if !unfinished.isEmpty {
            let again = unfinished.count { !$0.isComplete }
            services.logger.notice(
                "took over what the worker before left",
                ["runAgain": again, "resultsToDeliver": unfinished.count - again],
                event: JournalEvent.workerTookOver)
        }
        await withTaskGroup { group in
            group.addTask { await self.outbox.run() }
            group.addTask { await self.leases.run() }
            group.addTask { await self.keepConsumerAlive() }
            group.addTask { await self.watchForCancels() }
            let poll = Task { await pollForMessages() }
            self.poll = poll
            if phase == .draining { poll.cancel() }
            await poll.value
            await board.waitUntilEmpty()
            deadline?.cancel()
            await deliverTheRest()
            group.cancelAll()
        }
        await services.executors.shutdown()
        await services.journal.close()
    }

    /// No new jobs. Running ones may end within the drain timeout and are given back after it; a second call gives
    /// them back at once.
    public func drain() async {
        if phase == .draining {
            await board.cancelAll(.drained)
            return
        }
        phase = .draining
        let running = await board.running
        services.logger.notice(
            "draining: no new jobs", ["running": running], event: JournalEvent.workerDraining)
        await board.close()
        poll?.cancel()
        deadline = Task {
            do { try await services.time.sleep(for: options.drainTimeout) } catch { return }
            await board.cancelAll(.drained)
        }
    }

    /// What is in the outbox goes out, as long as the stores take it; the journal keeps what does not.
    private func deliverTheRest() async {
        await withTaskGroup { group in
            group.addTask { await self.outbox.waitUntilIdle() }
            group.addTask { try? await self.services.time.sleep(for: .seconds(10)) }
            await group.next()
            let backlog = await outbox.backlog
            if backlog > 0 {
                services.logger.warning("results are kept for the next start", ["attempts": backlog])
                await outbox.abandonWaiting()
            }
            group.cancelAll()
        }
    }

    // MARK: polling

    private func pollForMessages() async {
        let backoff = Backoff(first: .milliseconds(500), longest: .seconds(30))
        var failures = 0
        var isBusy = false
        defer { progress.rest(.poll) }
        while !Task.isCancelled {
            // All slots may be busy for as long as jobs take.
            progress.rest(.poll)
            var room = await board.waitForRoom()
            if isBusy && room <= options.slots / 2 {
                // Short jobs: more slots are free in a moment, and one call for all of them costs less.
                try? await services.time.sleep(for: .milliseconds(2))
                room = await board.waitForRoom()
            }
            guard room > 0 else { return }
            progress.expect(.poll, after: options.longPoll)
            do throws(StoreError) {
                let received = services.time.instant()
                let messages = try await services.queue.receive(
                    limit: room, visibility: options.lease, wait: options.longPoll)
                counters.polls += 1
                if messages.isEmpty { services.metrics.count(.queuePeek(.empty)) }
                if !messages.isEmpty { services.metrics.observe(.polled) }
                for _ in messages { services.metrics.count(.queuePeek(.start)) }
                troubles.succeeded("poll", "the queue answers again", event: JournalEvent.queueBack)
                health.polled(at: services.time.instant())
                failures = 0
                isBusy = !messages.isEmpty
                if !messages.isEmpty { await take(messages, received) }
            } catch {
                failures += 1
                health.pollFailed(error.description)
                services.metrics.observe(.pollFailed)
                troubles.failed("poll", error, "no jobs can be received", event: JournalEvent.queueAway)
                let delay = backoff.delay(afterFailures: failures, random: services.random)
                progress.expect(.poll, after: delay)
                try? await services.time.sleep(for: delay)
            }
        }
    }

    private func take(_ messages: [ReceivedMessage], _ received: Instant) async {
        guard phase == .working else {
            _ = try? await services.queue.release(messages.map(\.lease), delay: .zero, countsAsAttempt: false)
            return
        }
        let now = services.time.now()
        let taken = messages.map {
            (message: $0, attempt: AttemptID(UUIDText(at: now, random: services.random.bytes(16))))
        }
        counters.received += taken.count
        await board.occupy(taken.map { ($0.attempt, mayGoBack: $0.message.receiveCount <= 1) })
        for (message, attempt) in taken {
            await leases.keep(message.lease, receivedAt: received) { [board] in
                Task { await board.cancel(attempt, .leaseLost) }
            }
        }
        Task {
            await runner.process(taken) { attempt in
                await self.board.vacate(attempt)
                await self.countFinished()
            }
        }
    }

    private func countFinished() { counters.finished += 1 }

    // MARK: beside the jobs

    /// Registers the consumer and says every minute that it lives; what could not be said is said again soon.
    private func keepConsumerAlive() async {
        var number = 0
        var failures = 0
        let backoff = Backoff(first: .seconds(1), longest: .seconds(60))
        let registered = OutgoingNotification(
            id: "\(worker.consumer)/registered",
            notification: .text("Consumer Registered", job: nil, worker: worker))
        while !Task.isCancelled {
            let alive = OutgoingNotification(
                id: "\(worker.consumer)/\(number)", notification: .consumerRunning(worker, user: options.users.words))
            do {
                try await services.notifier.publish(number == 0 ? [alive, registered] : [alive])
                troubles.succeeded("keepalive", "the keepalive is published again")
                number += 1
                failures = 0
            } catch {
                if Task.isCancelled { return }
                troubles.failed("keepalive", error, "the keepalive cannot be published", level: .warning)
                failures += 1
            }
            let pause =
                failures == 0
                ? options.keepalive : backoff.delay(afterFailures: failures, random: services.random)
            do { try await services.time.sleep(for: pause) } catch { return }
        }
    }

    /// Looks whether a job in hand was killed, or finished elsewhere. Asks nothing while there is none.
    private func watchForCancels() async {
        defer { progress.rest(.cancels) }
        while !Task.isCancelled {
            progress.expect(.cancels, after: options.cancelPoll)
            do { try await services.time.sleep(for: options.cancelPoll) } catch { return }
            await board.cancelWaiting(longerThan: Self.slotPatience)
            let running = await board.jobs
            guard !running.isEmpty else { continue }
            let snapshots: [JobID: JobSnapshot]
            do throws(StoreError) {
                snapshots = try await services.jobs.snapshots(of: Array(running.values))
                troubles.succeeded("cancels", "kills of running jobs are seen again")
            } catch {
                if Task.isCancelled { return }
                troubles.failed("cancels", error, "kills of running jobs are not seen", level: .warning)
                continue
            }
            for (attempt, job) in running {
                guard let snapshot = snapshots[job], snapshot.state.isFinal else { continue }
                await board.cancel(attempt, snapshot.state == .terminate ? .terminated : .superseded)
            }
        }
    }
}
