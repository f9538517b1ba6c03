import FOQUSModel
import JSONKit
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

/// A change with its JSON made once.
struct JobChange: Sendable {
    enum Kind: Sendable {
        case status(JobState, consumer: ConsumerID?, message: String?, at: Timestamp)
        case output(String)
        case consumer(ConsumerID, instance: String?, at: Timestamp)
    }

    /// Among the changes of the call.
    let index: Int
    /// Nil for a consumer.
    let job: JobID?
    let kind: Kind

    init(_ index: Int, _ update: JobUpdate) {
        self.index = index
        job = update.job
        kind =
            switch update {
            case .status(_, let state, let consumer, let message, let time):
                .status(state, consumer: consumer, message: message, at: time)
            case .output(_, let value): .output(value.text())
            case .consumerRunning(let consumer, let instance, let time):
                .consumer(consumer, instance: instance, at: time)
            }
    }
}

/// A job's row and what becomes of it.
struct MovedJob: Sendable {
    let row: JobItem
    var standing: JobStanding
    /// When it ended: the index of that change.
    private(set) var order = 0
    /// Who spoke of the job, when, and what of.
    private(set) var voices: [(consumer: ConsumerID, state: JobState, time: Timestamp)] = []

    init(_ row: JobItem) {
        self.row = row
        standing = JobStanding(row)
    }

    mutating func apply(_ change: JobChange) -> UpdateOutcome {
        switch change.kind {
        case .consumer: return .applied
        case .output(let text): return standing.take(output: text)
        case .status(let state, let consumer, let message, let time):
            let outcome = standing.move(to: state, by: consumer, message, at: time)
            if outcome == .applied, state.isFinal { order = change.index }
            if let consumer { voices.append((consumer, state, time)) }
            return outcome
        }
    }

    /// Whether the row stands as this job shall, by the write whose answer was lost. An end is a transaction, whose
    /// repetition is harmless: an end that stands already is another's.
    func isReached(by other: JobItem) -> Bool {
        !standing.isFinishedNow && standing.isReached(by: other)
    }
}

/// What the changes say of consumers: one write for each.
private struct ConsumerNotes {
    struct Note {
        var running: Timestamp
        var attributes: [String: AttributeValue] = [:]
    }

    private(set) var notes: [ConsumerID: Note] = [:]

    init(_ changes: [JobChange]) {
        for change in changes {
            guard case .consumer(let id, let instance, let time) = change.kind else { continue }
            add(id, time, instance.map { ["instance": .string($0)] } ?? [:])
        }
    }

    mutating func note(_ job: MovedJob) {
        for voice in job.voices {
            var attributes: [String: AttributeValue] = [
                "State": .string(voice.state.rawValue), "Job": .string(job.row.id.description),
            ]
            if let session = job.row.session { attributes["Session"] = .string(session.description) }
            if let user = job.row.item["User"] { attributes["User"] = user }
            add(voice.consumer, voice.time, attributes)
        }
    }

    private mutating func add(_ id: ConsumerID, _ time: Timestamp, _ attributes: [String: AttributeValue]) {
        var note = notes[id] ?? Note(running: time)
        // The latest word counts.
        note.attributes.merge(attributes) { time >= note.running ? $1 : $0 }
        note.running = max(note.running, time)
        notes[id] = note
    }
}

extension Array where Element: Hashable {
    /// Each element once, where it came first.
    func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
