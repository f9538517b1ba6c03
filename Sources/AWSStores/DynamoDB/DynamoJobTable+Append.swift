public import FOQUSModel
public import Stores

extension DynamoJobTable {
    /// At most about 45 sessions, and a few hundred thousand jobs.
    ///
    /// All or none: up to a hundred rows (97 jobs of one session) are one transaction. Of more, the jobs' rows come
    /// first, a transaction for each hundred, and one last transaction that adds all of them to their sessions: only then
    /// do they show up, and can be started. When it comes to nothing the rows are removed again; if this process ends
    /// just then, they stay behind unseen until their time is over.
    public func append(_ jobs: [Job]) async throws(StoreError) {
        if jobs.isEmpty { return }
        let operation = "append \(jobs.count) jobs"
        if let job = jobs.first(where: { $0.state != .create }) {
            throw StoreError(.invalid, "append job \(job.id)", "it is in state \(job.state.rawValue), not create")
        }
        let batch = AppendBatch(jobs)
        try await refuseKnown(jobs, operation)
        let ttl = lifetimes.ttl(of: .create, at: time.now())
        let rows = jobs.map { TransactionStep.put(JobItem.new($0, ttl: ttl), if: .isNew) }
        let isOneStep =
            rows.count + batch.stepCount <= DynamoTable.transactionLimit
            && rows.reduce(0, { $0 + $1.size }) <= DynamoTable.transactionSize
        if isOneStep {
            try await enter(batch, with: rows, operation)
        } else {
            guard batch.stepCount <= DynamoTable.transactionLimit else {
                throw StoreError(.invalid, operation, "these are too many sessions or jobs at a time")
            }
            try await appendLarge(batch, rows, operation)
        }
    }

    private func refuseKnown(_ jobs: [Job], _ operation: String) async throws(StoreError) {
        var ids: Set<JobID> = []
        let twice = jobs.first { !ids.insert($0.id).inserted }?.id
        let known = try await table.get(jobs.map { JobItem.key($0.id) }, attributes: ["Id"], for: operation).first
        guard let id = twice ?? known.flatMap({ JobItem($0) })?.id else { return }
        throw StoreError(.conflict, "append job \(id)", "there is a job with this id already")
    }

    private func appendLarge(
        _ batch: AppendBatch, _ rows: [TransactionStep], _ operation: String
    ) async throws(StoreError) {
        // A session that does not exist is found before anything is written.
        for session in batch.sessions { _ = try await existingHead(of: session.id, operation) }
        var written: [ItemKey] = []
        do throws(StoreError) {
            for part in rows.transactions() {
                guard try await table.transact(part, for: operation) else {
                    throw StoreError(.conflict, operation, "there is a job with the id of one of them already")
                }
                for case .put(let item, _) in part {
                    if let id = item["Id"]?.stringValue { written.append(ItemKey(type: JobItem.type, id: id)) }
                }
            }
            try await enter(batch, with: [], operation)
        } catch {
            // What is not known to have failed may have been done.
            var isDone = false
            if error.code != .conflict { isDone = try await isEntered(batch, operation) }
            if isDone { return }
            try await table.write(delete: written, for: operation)
            throw error
        }
    }

    /// Adds the jobs to their sessions, and `rows` to the table, at once.
    private func enter(
        _ batch: AppendBatch, with rows: [TransactionStep], _ operation: String
    ) async throws(StoreError) {
        let unique = random.identifier(JobID.self).description
        for attempt in 0..<(2 * DynamoTable.attempts) {
            var steps = rows
            for session in batch.sessions {
                let head = try await existingHead(of: session.id, operation)
                steps += session.steps(
                    from: head.jobs, unique: unique, ttl: lifetimes.sessionTTL(at: time.now()))
            }
            if try await table.transact(steps, for: operation) { return }
            // Another append was faster, or one of the ids is taken.
            if !rows.isEmpty { try await refuseKnown(batch.jobs, operation) }
            try await table.pause(attempt, operation)
        }
        throw StoreError(.unavailable, operation, "others append to the session all the time")
    }

    private func existingHead(of session: SessionID, _ operation: String) async throws(StoreError) -> SessionHead {
        if let head = try await head(of: session, operation) { return head }
        throw StoreError(.notFound, "append to session \(session)", "there is no such session; claim it first")
    }

    private func isEntered(_ batch: AppendBatch, _ operation: String) async throws(StoreError) -> Bool {
        guard let session = batch.sessions.first, let id = session.ids.first else { return false }
        return try await blocks(of: session.id, operation).contains { $0.ids.contains(id) }
    }
}

/// The jobs of one append by session.
private struct AppendBatch {
    struct Part {
        let id: SessionID
        var ids: [JobID] = []

        /// Jobs of a block: few enough to be read at once, many enough that hundreds of thousands can be appended.
        private var blockSize: Int { Swift.max(500, (ids.count + 39) / 40) }
        var stepCount: Int { 1 + 2 * ((ids.count + blockSize - 1) / blockSize) }

        /// - Parameter first: ordinal of the first of the jobs: so many the session had so far.
        func steps(from first: Int, unique: String, ttl: Int) -> [TransactionStep] {
            let type = AttributeValue.string(SessionItems.type(id))
            let ttl = AttributeValue(ttl)
            let seen: Condition = first == 0 ? .missing("Jobs") : .equals("Jobs", .init(first))
            var steps: [TransactionStep] = [
                .update(
                    SessionItems.head(id), ItemChange(set: ["Jobs": .init(first + ids.count), "TTL": ttl]),
                    if: .all([.isThere, seen]))
            ]
            var ordinal = first
            for block in ids.parts(of: blockSize) {
                let names = AttributeValue(block.map(\.description))
                for id in [SessionItems.jobs(ordinal), SessionItems.todo(ordinal, unique)] {
                    steps.append(.put(["Type": type, "Id": .string(id), "Ids": names, "TTL": ttl], if: .isNew))
                }
                ordinal += block.count
            }
            return steps
        }
    }

    let jobs: [Job]
    private(set) var sessions: [Part] = []

    init(_ jobs: [Job]) {
        self.jobs = jobs
        var places: [SessionID: Int] = [:]
        for job in jobs {
            let place = places[job.session] ?? sessions.count
            if place == sessions.count {
                sessions.append(Part(id: job.session))
                places[job.session] = place
            }
            sessions[place].ids.append(job.id)
        }
    }

    var stepCount: Int { sessions.reduce(0) { $0 + $1.stepCount } }
}

extension [TransactionStep] {
    /// The steps in order, as many at a time as a transaction takes.
    func transactions() -> [[TransactionStep]] {
        var parts: [[TransactionStep]] = []
        var part: [TransactionStep] = []
        var size = 0
        for step in self {
            if part.count == DynamoTable.transactionLimit
                || (size + step.size > DynamoTable.transactionSize && size > 0)
            {
                parts.append(part)
                (part, size) = ([], 0)
            }
            part.append(step)
            size += step.size
        }
        return part.isEmpty ? parts : parts + [part]
    }
}
