public import FOQUSModel
public import Stores

extension DynamoJobTable {
    /// Block by block; each block's jobs by transactions of up to 49. The queue keeps the messages of killed jobs: SQS
    /// removes none that was not received. Workers look into the table before they run one and drop it.
    public func terminate(_ session: SessionID, at time: Timestamp) async throws(StoreError) -> [JobID] {
        let operation = "kill session \(session)"
        var ended: [JobID] = []
        for block in try await blocks(of: session, operation) {
            ended += try await move(block.ids, to: .terminate, at: time, operation) { moved throws(StoreError) in
                try await write(moved, operation)
            }
        }
        return ended
    }

    /// Block by block, by transactions of up to 90 jobs, each with the row from which a later start takes them. Messages
    /// stay on the queue, as at a kill; a job that a worker has received but not reported is stopped too, unless the
    /// worker looked before.
    public func stop(_ session: SessionID, at time: Timestamp) async throws(StoreError) -> [JobID] {
        let operation = "stop session \(session)"
        var stopped: [JobID] = []
        for block in try await blocks(of: session, operation) {
            stopped += try await move(block.ids, to: .stop, at: time, operation) { moved throws(StoreError) in
                var failed: Set<JobID> = []
                for part in moved.parts(of: 90) where !(try await stop(part, block.first, session, operation)) {
                    failed.formUnion(part.map(\.row.id))
                }
                return failed
            }
        }
        return stopped
    }

    private func stop(
        _ jobs: [MovedJob], _ ordinal: Int, _ session: SessionID, _ operation: String
    ) async throws(StoreError) -> Bool {
        let now = time.now()
        let todo: Item = [
            "Type": .string(SessionItems.type(session)),
            "Id": .string(SessionItems.todo(ordinal, random.identifier(JobID.self).description)),
            "Ids": AttributeValue(jobs.map(\.row.id.description)), "TTL": .init(lifetimes.sessionTTL(at: now)),
        ]
        var steps = [TransactionStep.put(todo, if: .isNew)]
        for job in jobs {
            guard let change = job.standing.change(lifetimes, now: now) else { continue }
            steps.append(.update(JobItem.key(job.row.id), change, if: job.standing.condition))
        }
        return try await table.transact(steps, for: operation)
    }

    /// Moves those of the jobs that the state machine lets. Returns them in their order.
    ///
    /// - Parameter write: returns the jobs that others have changed meanwhile, which are tried again.
    private func move(
        _ ids: [JobID], to state: JobState, at time: Timestamp, _ operation: String,
        _ write: ([MovedJob]) async throws(StoreError) -> Set<JobID>
    ) async throws(StoreError) -> [JobID] {
        var pending = ids
        var done: Set<JobID> = []
        for attempt in 0... {
            let rows = try await rows(pending, operation)
            var moved: [MovedJob] = []
            for id in pending {
                guard let row = rows[id], JobStateMachine.verdict(from: row.state, to: state) == .move else { continue }
                var job = MovedJob(row)
                _ = job.standing.move(to: state, by: nil, nil, at: time)
                moved.append(job)
            }
            let failed = try await write(moved)
            done.formUnion(moved.map(\.row.id).filter { !failed.contains($0) })
            if failed.isEmpty { break }
            guard attempt < 2 * DynamoTable.attempts else {
                throw StoreError(.unavailable, operation, "others change the jobs all the time")
            }
            pending = pending.filter { failed.contains($0) }
            try await table.pause(attempt, operation)
        }
        return ids.filter { done.contains($0) }
    }
}
