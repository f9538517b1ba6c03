import Executors
import FOQUSModel
import JSONKit
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
        let time: any TimeSource
        let random: any RandomSource
        /// False when nobody is told anything.
        let tells: Bool
        let metrics: any Metrics
        let logger: Logger
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
                admitted.append(
                    JobAttempt(
                        message: content, lease: message.lease, receiveCount: message.receiveCount, id: attempt,
                        services: services))
            } catch {
                await refuse(error, message, attempt)
                await ended(attempt)
            }
        }
        let starts = await begin(admitted, ended)
        await withDiscardingTaskGroup { group in
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

    /// Looks whether they are to run, and notes in the journal those that are. The others end here.
    private func begin(
        _ attempts: [JobAttempt], _ ended: @Sendable (AttemptID) async -> Void
    ) async -> [Start] {
        guard !attempts.isEmpty else { return [] }
        let lookups = await JobLookups(of: attempts.map(\.message), in: services.workspace, services.jobs)
        var starts: [Start] = []
        for attempt in attempts {
            let effects: [Effect]
            do throws(StoreError) {
                switch try attempt.check(lookups) {
                case .run(let executor, let listing):
                    starts.append(Start(attempt: attempt, executor: executor, listing: listing))
                    continue
                case .settle(let found, let event):
                    effects = found
                    services.metrics.count(.jobFinish(event: event))
                }
            } catch {
                effects = attempt.afterInfrastructureFailure(error.description)
            }
            await settle(attempt.record(directory: nil), effects)
            await ended(attempt.id)
        }
        guard let first = starts.first else { return [] }
        let begun = starts.map(\.attempt).map {
            ($0.record(directory: services.workspace.path(of: $0.id)), $0.effects.setup())
        }
        let isNoted = await journaled("begin", for: first.attempt.id) { () throws(StoreError) in
            try await services.outbox.begin(begun)
        }
        if isNoted { return starts }
        for start in starts { await ended(start.attempt.id) }
        return []
    }

    /// Rows 2 to 10: acknowledged once, and told where the contract tells.
    private func refuse(_ rejection: MessageRejection, _ message: ReceivedMessage, _ attempt: AttemptID) async {
        let subject = rejection.subject
        if let event = rejection.metric { services.metrics.count(.jobFinish(event: event)) }
        services.logger.warning(
            "message refused",
            ["reason": rejection.reason, "message": message.lease.message, "job": subject?.job.description ?? "-"])
        var effects: [Effect] = []
        if let subject, let state = rejection.state {
            let user = message.attributes["username"] ?? ""
            let status = Notification.jobStatus(
                state, job: subject.job, session: subject.session, worker: services.worker, user: user,
                message: rejection.reason)
            effects.append(.publish(OutgoingNotification(id: "\(attempt)/final", notification: status)))
        }
        effects.append(.acknowledge(message.lease))
        await settle(AttemptRecord(id: attempt, job: subject?.job, lease: message.lease, directory: nil), effects)
    }

    private func execute(_ start: Start) async {
        let run = start.attempt
        let directory = services.workspace.path(of: run.id)
        guard await services.board.waitForSlot(run.id, job: run.message.job) else {
            let reason = await services.board.reason(for: run.id)
            await complete(run, run.effects(of: .cancelled, cutShort: reason, directory: directory))
            return
        }
        let started = services.time.instant()
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
        if let event = result.metric(cutShort: reason, hasStarted: hasStarted) {
            services.metrics.count(.jobFinish(event: event))
        }
        let effects = run.effects(of: result, cutShort: reason, directory: directory)
        let level: Logger.Level = result.isFailure && reason == nil ? .warning : .info
        services.logger.log(
            level, "job \(result.word(cutShort: reason))",
            [
                "job": run.message.job, "user": run.message.user, "simulation": run.message.simulation,
                "attempt": run.receiveCount,
                "milliseconds": (services.time.instant() - started).wholeMilliseconds,
                "reason": result.reason ?? "-",
            ])
        await complete(run, untold + effects)
    }

    private func complete(_ run: JobAttempt, _ effects: [Effect]) async {
        _ = await journaled("complete", for: run.id) { () throws(StoreError) in
            try await services.outbox.complete(run.id, effects)
        }
    }

    private func settle(_ record: AttemptRecord, _ effects: [Effect]) async {
        _ = await journaled("settle", for: record.id) { () throws(StoreError) in
            try await services.outbox.settle(record, effects)
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
                if failures > 0 { services.logger.notice("the journal can be written again", ["step": step]) }
                return true
            } catch {
                failures += 1
                if failures == 1 {
                    services.logger.error("the journal cannot be written", ["step": step, "reason": error])
                }
            }
            if await services.board.reason(for: attempt) == .drained { return false }
            try? await services.time.sleep(for: backoff.delay(afterFailures: failures, random: services.random))
        }
    }
}
