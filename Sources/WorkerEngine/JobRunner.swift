import Executors
import FOQUSModel
import JSONKit
import JournalEvents
import Logging
import Stores

/// A message's way through the worker: admit, journal, stage, run, and what follows from how it ended.
struct JobRunner: Sendable {
    struct Services: Sendable {
        let jobs: any JobTable
        let workspace: any Workspace
        let executors: ExecutorRegistry
        let outbox: Outbox
        let notices: StartNotices
        let board: SlotBoard
        let health: WorkerHealth
        let time: any TimeSource
        let random: any RandomSource
        /// False when nobody is told anything.
        let tells: Bool
        let metrics: any Metrics
        let logger: Logger
        let troubles: Troubles
        let worker: WorkerIdentity
        let live: LiveOptions

        var options: WorkerOptions { live.current }
    }

    /// An attempt that is to run, and what it needs for that.
    private struct Start: Sendable {
        let attempt: JobAttempt
        let executor: any Executor
        let listing: SimulationListing
    }

    let services: Services

    /// Takes the messages of one poll to their ends: admitted and journaled together, then each for itself. `ended`
    /// is called for each when its effects are journaled; the outbox delivers them.
    func process(
        _ messages: [(message: ReceivedMessage, attempt: AttemptID)],
        ended: @escaping @Sendable (AttemptID) async -> Void
    ) async {
        var admitted: [JobAttempt] = []
        for (message, attempt) in messages {
            do throws(MessageRejection) {
                let content = try AdmittedMessage(
                    body: message.body, attributes: message.attributes, accepts: services.options.users)
                let job = JobAttempt(
                    message: content, lease: message.lease, receiveCount: message.receiveCount, sent: message.sent,
                    id: attempt, services: services)
                admitted.append(job)
                services.logger.step(
                    "job received", job.facts, context: job.story(nil), event: JournalEvent.jobReceived)
            } catch {
                await refuse(error, message, attempt)
                await ended(attempt)
            }
        }
        await run(admitted, failures: 0, ended)
    }

    /// - Parameter failures: how often the stores could not be asked about these.
    private func run(
        _ attempts: [JobAttempt], failures: Int, _ ended: @escaping @Sendable (AttemptID) async -> Void
    ) async {
        let (starts, held) = await begin(attempts, ended)
        await withDiscardingTaskGroup { group in
            if !held.isEmpty { group.addTask { await runLater(held, failures: failures + 1, ended) } }
            for start in starts.dropFirst() {
                group.addTask {
                    await execute(start)
                    await ended(start.attempt.id)
                }
            }
            guard let first = starts.first else { return }
            await execute(first)
            await ended(first.attempt.id)
        }
    }

    /// Stores that are away are no fault of the jobs', and no reason to use up their attempts: their leases are renewed
    /// until the stores can be asked, or the service stops.
    private func runLater(
        _ attempts: [JobAttempt], failures: Int, _ ended: @escaping @Sendable (AttemptID) async -> Void
    ) async {
        let backoff = Backoff(first: .milliseconds(500), longest: .seconds(5))
        let delay = backoff.delay(afterFailures: failures, random: services.random)
        let wait = Task { try? await services.time.sleep(for: delay) }
        await services.board.hold(attempts.map(\.id)) { wait.cancel() }
        await wait.value
        var open: [JobAttempt] = []
        for attempt in attempts {
            if await services.board.reason(for: attempt.id) == nil {
                open.append(attempt)
            } else {
                report(attempt, .givenBack, "the stores are away, and the service stops")
                await settle(
                    (attempt.record(directory: nil), attempt.effects.givenBack(), { @Sendable in attempt.story(nil) }))
                await ended(attempt.id)
            }
        }
        await run(open, failures: failures, ended)
    }

    /// Looks whether they are to run, and notes in the journal those that are. Those that nobody can tell of now are held;
    /// the others end here.
    private func begin(
        _ attempts: [JobAttempt], _ ended: @Sendable (AttemptID) async -> Void
    ) async -> (starts: [Start], held: [JobAttempt]) {
        guard !attempts.isEmpty else { return ([], []) }
        let lookups = await JobLookups(of: attempts.map(\.message), in: services.workspace, services.jobs)
        var starts: [Start] = []
        var held: [JobAttempt] = []
        for attempt in attempts {
            let effects: [Effect]
            do throws(StoreError) {
                switch try attempt.check(lookups) {
                case .run(let executor, let listing):
                    starts.append(Start(attempt: attempt, executor: executor, listing: listing))
                    continue
                case .settle(let found, let event, let outcome, let reason):
                    effects = found
                    services.metrics.count(.jobFinish(event: event))
                    report(attempt, outcome, reason)
                }
            } catch  where error.isWaitedFor {
                services.troubles.failed("look up", error, "jobs wait: the stores cannot be asked about them")
                held.append(attempt)
                continue
            } catch {
                effects = attempt.afterInfrastructureFailure(error.description)
                report(attempt, attempt.mayBeTriedAgain ? .retried : .error, error.description)
            }
            await settle((attempt.record(directory: nil), effects, { @Sendable in attempt.story(nil) }))
            await ended(attempt.id)
        }
        if held.isEmpty { services.troubles.succeeded("look up", "the stores can be asked about jobs again") }
        guard let first = starts.first else { return ([], held) }
        let begun = starts.map { start in
            let attempt = start.attempt
            return (
                record: attempt.record(directory: services.workspace.path(of: attempt.id)),
                effects: attempt.effects.setup(), story: { @Sendable in attempt.story(start.executor) }
            )
        }
        let isNoted = await journaled("begin", for: first.attempt.id) { () throws(StoreError) in
            try await services.outbox.begin(begun)
        }
        if isNoted { return (starts, held) }
        for start in starts { await ended(start.attempt.id) }
        return ([], held)
    }

    /// A job that is not run.
    private func report(_ attempt: JobAttempt, _ outcome: JobOutcome, _ reason: String) {
        services.metrics.observe(.jobEnded(outcome, ran: nil))
        services.health.ended(attempt.message.job, outcome, at: services.time.now())
        let words =
            switch outcome {
            case .refused: "refused"
            case .dropped: "dropped: it is over"
            case .givenBack: "given back"
            default: "could not be run"
            }
        services.logger.log(
            outcome == .dropped || outcome == .givenBack ? .info : .warning, "job \(words)",
            attempt.facts.merging(["reason": reason]),
            context: attempt.story(nil), event: outcome.event)
    }

    /// Rows 2 to 10: acknowledged once, and told where the contract tells.
    private func refuse(_ rejection: MessageRejection, _ message: ReceivedMessage, _ attempt: AttemptID) async {
        let subject = rejection.subject
        if let event = rejection.metric { services.metrics.count(.jobFinish(event: event)) }
        services.metrics.observe(.jobEnded(.refused, ran: nil))
        let story: Logger.Metadata = subject.map { ["session": $0.session, "attemptID": attempt] } ?? [:]
        services.logger.with(context: story).warning(
            "message refused",
            ["reason": rejection.reason, "message": message.lease.message, "job": subject?.job.description ?? "-"],
            event: JournalEvent.jobRefused)
        var effects: [Effect] = []
        if let subject, let state = rejection.state {
            let user = message.attributes["username"] ?? ""
            let status = Notification.jobStatus(
                state, job: subject.job, session: subject.session, worker: services.worker, user: user,
                message: BoundedText.cut(rejection.reason))
            effects.append(.publish(OutgoingNotification(id: "\(attempt)/final", notification: status)))
        }
        effects.append(.acknowledge(message.lease))
        let record = AttemptRecord(id: attempt, job: subject?.job, lease: message.lease, directory: nil)
        await settle((record, effects, { @Sendable in story }))
    }

    private func execute(_ start: Start) async {
        let run = start.attempt
        let directory = services.workspace.path(of: run.id)
        guard await services.board.waitForSlot(run.id, job: run.message.job) else {
            let reason = await services.board.reason(for: run.id)
            report(start, .cancelled, cutShort: reason, ran: nil)
            let end = AttemptEnd(.cancelled, cutShort: reason)
            await complete(run, run.effects(of: end, directory: directory))
            return
        }
        let started = services.time.instant()
        services.metrics.observe(.jobStarted(waited: services.time.now() - run.sent))
        services.logger.step(
            "job started", run.facts, context: run.story(start.executor), event: JournalEvent.jobStarted)
        let notice = StartNotice(services.notices) { [outbox = services.outbox] in
            do { try await outbox.append(run.effects.running(), to: run.id) } catch { return false }
            return true
        }
        // A task of its own, so that cancelling the run does not cancel what must follow it.
        let work = Task { await run.stageAndRun(start.executor, start.listing, notice) }
        await services.board.running(run.id) { work.cancel() }
        let result = await work.value
        await services.board.leaveSlot(run.id)
        let hasStarted = notice.hasStarted
        let untold = await notice.finish() ? run.effects.running() : []
        let reason = await services.board.reason(for: run.id)
        let end = AttemptEnd(result, cutShort: reason)
        if let event = end.metric(hasStarted: hasStarted) { services.metrics.count(.jobFinish(event: event)) }
        let effects = run.effects(of: end, directory: directory)
        report(start, result, cutShort: reason, ran: services.time.instant() - started)
        await complete(run, untold + effects)
    }

    /// A job that was to be run has ended here.
    private func report(_ start: Start, _ result: AttemptResult, cutShort reason: CancelReason?, ran: Duration?) {
        let run = start.attempt
        let end = AttemptEnd(result, cutShort: reason)
        let outcome = end.outcome(mayBeTriedAgain: run.mayBeTriedAgain)
        services.metrics.observe(.jobEnded(outcome, ran: ran))
        services.health.ended(run.message.job, outcome, at: services.time.now())
        let level: Logger.Level = result.isFailure && reason == nil ? .warning : .info
        services.logger.log(
            level, "job \(end.word)",
            run.facts.merging([
                "milliseconds": (ran ?? .zero).wholeMilliseconds, "reason": result.reason ?? "-",
            ]),
            context: run.story(start.executor, ran), event: outcome.event)
    }

    private func complete(_ run: JobAttempt, _ effects: [Effect]) async {
        _ = await journaled("complete", for: run.id) { () throws(StoreError) in
            try await services.outbox.complete(run.id, effects)
        }
    }

    private func settle(_ attempt: Outbox.Beginning) async {
        _ = await journaled("settle", for: attempt.record.id) { () throws(StoreError) in
            try await services.outbox.settle(attempt)
        }
    }

    /// Writes to the journal, again and again while its disk is full or failing: a result that is not written down
    /// is not given up, and its lease is renewed meanwhile. False when the service stops first: the lease then runs out.
    private func journaled(
        _ step: String, for attempt: AttemptID, _ write: () async throws(StoreError) -> Void
    ) async -> Bool {
        let backoff = Backoff(first: .milliseconds(500), longest: .seconds(15))
        var failures = 0
        while true {
            do throws(StoreError) {
                try await write()
                if failures > 0 {
                    services.logger.notice(
                        "the journal can be written again", ["step": step], event: JournalEvent.journalBack)
                    services.health.journal(problem: nil)
                }
                return true
            } catch {
                failures += 1
                services.health.journal(problem: error.description)
                if failures == 1 {
                    services.logger.error(
                        "the journal cannot be written", ["step": step, "reason": error],
                        event: JournalEvent.journalFull)
                }
            }
            if await services.board.reason(for: attempt) == .drained { return false }
            try? await services.time.sleep(for: backoff.delay(afterFailures: failures, random: services.random))
        }
    }
}
