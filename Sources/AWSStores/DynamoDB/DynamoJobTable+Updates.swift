import FOQUSModel
public import Stores

extension DynamoJobTable {
    /// Changes of one job are one write. What ends jobs of a session goes by transactions of up to 49 jobs, which number
    /// them among the session's results; other writes are made side by side. When some of them fail the rest may be done:
    /// to apply the same again does no harm.
    public func apply(_ updates: [JobUpdate]) async throws(StoreError) -> [UpdateOutcome] {
        if updates.isEmpty { return [] }
        let operation = "apply \(updates.count) changes of jobs"
        var outcomes = [UpdateOutcome](repeating: .unknown, count: updates.count)
        let changes = updates.enumerated().map { JobChange($0.offset, $0.element) }
        let byJob = Dictionary(grouping: changes.filter { $0.job != nil }) { $0.job }
        var pending = changes.compactMap(\.job).uniqued()
        var reached: [JobID: MovedJob] = [:]
        var consumers = ConsumerNotes(changes)
        for attempt in 0... {
            let rows = try await rows(pending, operation)
            var moved: [MovedJob] = []
            for id in pending {
                guard let row = rows[id] else { continue }
                if let last = reached[id], last.isReached(by: row) {
                    consumers.note(last)
                    continue
                }
                var job = MovedJob(row)
                for change in byJob[id] ?? [] { outcomes[change.index] = job.apply(change) }
                moved.append(job)
            }
            let failed = try await write(moved, operation)
            for job in moved where !failed.contains(job.row.id) { consumers.note(job) }
            if failed.isEmpty { break }
            guard attempt < 2 * DynamoTable.attempts else {
                throw StoreError(.unavailable, operation, "others change the jobs all the time")
            }
            for job in moved where failed.contains(job.row.id) { reached[job.row.id] = job }
            pending = pending.filter { failed.contains($0) }
            try await table.pause(attempt, operation)
        }
        try await write(consumers, operation)
        for change in changes { if case .consumer = change.kind { outcomes[change.index] = .applied } }
        return outcomes
    }

    /// Writes the jobs that changed. Returns those that others have changed meanwhile.
    func write(_ jobs: [MovedJob], _ operation: String) async throws(StoreError) -> Set<JobID> {
        let now = time.now()
        var ended: [SessionID: [MovedJob]] = [:]
        var others: [MovedJob] = []
        for job in jobs where job.standing.change(lifetimes, now: now) != nil {
            if job.standing.isFinishedNow, let session = job.row.session {
                ended[session, default: []].append(job)
            } else {
                others.append(job)
            }
        }
        var failed: Set<JobID> = []
        for (session, jobs) in ended {
            failed.formUnion(
                try await end(jobs.sorted { $0.order < $1.order }, of: session, operation))
        }
        let results = try await inParallel(others, limit: DynamoTable.parallelCalls) {
            job throws(StoreError) -> JobID? in
            guard let change = job.standing.change(lifetimes, now: now) else { return nil }
            let done = try await table.update(
                JobItem.key(job.row.id), change, if: job.standing.condition, for: operation)
            return done == nil ? job.row.id : nil
        }
        for case let id? in results { failed.insert(id) }
        return failed
    }

    /// Writes the ends of a session's jobs and numbers them, in order. Returns those that others have changed meanwhile.
    func end(
        _ jobs: [MovedJob], of session: SessionID, _ operation: String
    ) async throws(StoreError) -> Set<JobID> {
        let now = time.now()
        var rest = jobs.compactMap { job in job.standing.change(lifetimes, now: now).map { (job: job, change: $0) } }
        while !rest.isEmpty {
            let head = try await head(of: session, operation)
            var steps: [TransactionStep] = []
            var size = 0
            var taken = 0
            for (job, change) in rest {
                size += job.row.item.size + change.size
                if taken > 0, steps.count + 3 > DynamoTable.transactionLimit || size > DynamoTable.transactionSize {
                    break
                }
                taken += 1
                steps.append(.update(JobItem.key(job.row.id), change, if: job.standing.condition))
                if let head {
                    steps.append(
                        .put(
                            [
                                "Type": .string(SessionItems.type(session)),
                                "Id": .string(SessionItems.result(head.results + taken)),
                                "Job": .string(job.row.id.description),
                                "TTL": .init(lifetimes.sessionTTL(at: now)),
                            ], if: .isNew))
                }
            }
            // A session that the lambdas made has no results of ours.
            if let head {
                let seen: Condition = head.results == 0 ? .missing("Results") : .equals("Results", .init(head.results))
                steps.append(
                    .update(
                        SessionItems.head(session), ItemChange(set: ["Results": .init(head.results + taken)]),
                        if: .all([.isThere, seen])))
            }
            // The caller reads again and finds out what has changed.
            guard try await table.transact(steps, for: operation) else { return Set(rest.map(\.job.row.id)) }
            rest.removeFirst(taken)
        }
        return []
    }

    /// Consumers' rows as the lambda writes them (cloud-protocol 3.1, 3.3). Older news than the row's is dropped.
    private func write(_ notes: ConsumerNotes, _ operation: String) async throws(StoreError) {
        let ttl = AttributeValue(lifetimes.consumerTTL(at: time.now()))
        _ = try await inParallel(Array(notes.notes), limit: DynamoTable.parallelCalls) {
            note throws(StoreError) in
            let (id, note) = note
            let running = AttributeValue.string(note.running.description)
            var change = ItemChange(set: note.attributes)
            change.set["running"] = running
            change.set["TTL"] = ttl
            _ = try await table.update(
                ItemKey(type: "Consumer", id: id.description), change,
                if: .any([.missing("running"), .atMost("running", running)]), for: operation)
        }
    }
}
