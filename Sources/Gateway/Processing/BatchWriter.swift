import FOQUSModel
import JSONKit
import Logging
import Stores

/// Carries out what notifications ask for: changes of jobs, then the records of those that finished.
struct BatchWriter: Sendable {
    let services: GatewayServices
    let log: Logger
    let persistence: Persistence

    /// Applies changes in order and writes the finished records that they make due.
    func apply(_ updates: [JobUpdate]) async throws {
        let outcomes = try await outcomes(of: updates)
        var due: [JobID] = []
        var seen: Set<JobID> = []
        for (update, outcome) in zip(updates, outcomes) {
            report(update, outcome)
            guard let job = Self.jobWithRecord(update, outcome), seen.insert(job).inserted else { continue }
            due.append(job)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for job in due { group.addTask { try await writeRecord(of: job) } }
            try await group.waitForAll()
        }
    }

    /// Does what a session event asks for, if the session is the user's who asks.
    func act(on request: NotificationBatch.SessionRequest) async throws {
        let jobs = services.jobs
        let session = try await persistence.insist { () async throws(StoreError) in
            try await jobs.session(request.session)
        }
        guard let session, session.owner?.description == request.username else {
            log.warning("session event of another user", ["session": request.session, "user": request.username])
            return
        }
        _ = try await persistence.insist { () async throws(StoreError) -> [JobID] in
            switch request.action {
            case .start: try await services.dispatcher.start(session.id, at: request.published)
            case .stop: try await jobs.stop(session.id, at: request.published)
            case .kill: try await jobs.terminate(session.id, at: request.published)
            }
        }
    }

    /// One change that the table cannot take must not hold up the others: then they are applied one by one.
    private func outcomes(of updates: [JobUpdate]) async throws -> [UpdateOutcome] {
        do {
            return try await persistence.insist { () async throws(StoreError) in
                try await services.jobs.apply(updates)
            }
        } catch let error as StoreError where error.concernsContent {
            guard updates.count > 1 else {
                log.error("change passed over", ["reason": error, "job": updates.first?.job?.description ?? ""])
                return updates.map { _ in .unknown }
            }
            var outcomes: [UpdateOutcome] = []
            for update in updates { outcomes += try await self.outcomes(of: [update]) }
            return outcomes
        }
    }

    /// The job whose record a change makes due. A repeated change counts: the processor may have ended between the change
    /// and the record. So does an output, which may come after the end.
    private static func jobWithRecord(_ update: JobUpdate, _ outcome: UpdateOutcome) -> JobID? {
        guard outcome == .applied || outcome == .repeated else { return nil }
        switch update {
        case .status(let job, let state, _, _, _): return leavesRecord(state) ? job : nil
        case .output(let job, _): return job
        case .consumerRunning: return nil
        }
    }

    /// A terminated job leaves none (cloud-protocol 3.1).
    private static func leavesRecord(_ state: JobState) -> Bool { state.isFinal && state != .terminate }

    private func writeRecord(of id: JobID) async throws {
        let found = try await persistence.insist { () async throws(StoreError) in try await services.jobs.job(id) }
        guard let job = found, let finished = job.finished, Self.leavesRecord(job.state) else { return }
        let key = ObjectKeys.finishedRecord(job.user, job.session, job.id, job.state, at: finished)
        let content = job.recordJSON().serialized()
        do {
            _ = try await persistence.insist { () async throws(StoreError) in
                try await services.objects.put(content, to: key, in: .sessions)
            }
        } catch let error as StoreError where error.concernsContent {
            log.error("finished record not written", ["job": id, "key": key, "reason": error])
        }
    }

    private func report(_ update: JobUpdate, _ outcome: UpdateOutcome) {
        services.metrics.applied(outcome)
        guard let job = update.job else { return }
        switch (update, outcome) {
        case (_, .unknown): log.info("notification of an unknown job", ["job": job])
        case (_, .refused(let state)): log.debug("late notification refused", ["job": job, "state": state.rawValue])
        case (.status(_, let state, _, _, _), .applied):
            log.debug("job changed", ["job": job, "state": state.rawValue])
        default: break
        }
    }
}

extension StoreError {
    /// Whether the fault is in what was to be stored, not in the store.
    fileprivate var concernsContent: Bool {
        switch code {
        case .invalid, .conflict, .notFound: true
        case .unavailable, .missing, .throttled, .denied, .full, .corrupt: false
        }
    }
}
