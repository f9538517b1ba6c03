public import FOQUSModel
import Stores

extension WorkerEngine {
    public var status: WorkerStatus {
        get async {
            var status = counters
            let now = services.time.instant()
            status.slots = options.slots
            status.isDraining = phase == .draining
            status.running = await board.running
            status.fetched = await board.occupied - status.running
            status.leases = await leases.held
            let (undelivered, since) = await outbox.undelivered
            status.outbox = undelivered
            status.outboxAge = since.map { now - $0 } ?? .zero
            status.sincePoll = now - health.lastPoll
            status.pollProblem = health.pollProblem
            status.journalProblem = health.journalProblem
            status.lastJob = health.lastJob
            return status
        }
    }

    /// The jobs that run or wait for a slot.
    public var jobs: [JobID] {
        get async { await board.jobs.values.sorted { $0.description < $1.description } }
    }

    /// Why the state directory cannot be written; nil when it can: the last word of those who wrote, and of its free space.
    public var journalProblem: String? {
        get async {
            if let problem = health.journalProblem { return problem }
            return await services.workspace.hasSpace() ? nil : "no space left in the state directory"
        }
    }

    /// Returns when every part that holds state has answered: one that hangs keeps the caller waiting.
    public func answer() async {
        await board.answer()
        await outbox.answer()
        await leases.answer()
    }

    /// From now on it works by these options. What runs goes on as it began; a job beyond fewer slots runs to its end.
    public func adopt(_ options: WorkerOptions) async {
        live.replace(options)
        await board.resize(slots: options.slots, fetchAhead: options.fetchAhead)
        await leases.renew(for: options.lease)
    }
}
