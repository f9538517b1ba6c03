import Executors
import FOQUSModel
import JSONKit
import Logging
import Stores

/// One message's way through the worker: admit, journal, stage, run, and what follows from how it ended.
struct JobRunner: Sendable {
    struct Services: Sendable {
        let jobs: any JobTable
        let workspace: any Workspace
        let executors: ExecutorRegistry
        let outbox: Outbox
        let board: SlotBoard
        let time: any TimeSource
        let random: any RandomSource
        let logger: Logger
        let worker: WorkerIdentity
        let options: WorkerOptions
    }

    let services: Services

    /// Takes the message to its end. Returns when its effects are journaled; the outbox delivers them.
    func process(_ message: ReceivedMessage, attempt: AttemptID) async {
        do {
            let admitted = try AdmittedMessage(
                body: message.body, attributes: message.attributes, accepts: services.options.users)
            await process(admitted, message, attempt)
        } catch {
            await refuse(error, message, attempt)
        }
    }

    /// Rows 2 to 10: acknowledged once, and told where the contract tells.
    private func refuse(_ rejection: MessageRejection, _ message: ReceivedMessage, _ attempt: AttemptID) async {
        let subject = rejection.subject
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

    private func process(_ admitted: AdmittedMessage, _ message: ReceivedMessage, _ attempt: AttemptID) async {
        let run = JobAttempt(
            message: admitted, lease: message.lease, receiveCount: message.receiveCount, id: attempt,
            services: services)
        do throws(StoreError) {
            switch try await run.check() {
            case .run(let executor, let listing): await execute(run, executor, listing)
            case .settle(let effects): await settle(run.record(directory: nil), effects)
            }
        } catch {
            await settle(run.record(directory: nil), run.afterInfrastructureFailure(error.description))
        }
    }

    private func execute(
        _ run: JobAttempt, _ executor: any Executor, _ listing: SimulationListing
    ) async {
        let directory = services.workspace.path(of: run.id)
        let began = await journaled("begin", for: run.id) { () throws(StoreError) in
            try await services.outbox.begin(run.record(directory: directory), run.effects.setup())
        }
        guard began else { return }
        let started = services.time.instant()
        // A task of its own, so that cancelling the run does not cancel what must follow it.
        let notice = StartNotice(time: services.time)
        let work = Task { await run.stageAndRun(executor, listing, notice) }
        await services.board.running(run.id, job: run.message.job) { work.cancel() }
        let result = await work.value
        let untold = await notice.finish() ? run.effects.running() : []
        let reason = await services.board.reason(for: run.id)
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
        _ = await journaled("complete", for: run.id) { () throws(StoreError) in
            try await services.outbox.complete(run.id, untold + effects)
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
