public import FOQUSModel
public import Stores

extension DynamoJobTable {
    /// A start that has said nothing of itself for so long has ended, and another one may go on with its work.
    static let startPatience = Duration.seconds(60)

    /// Jobs wait to be started in rows `Todo`. A start claims such a row, moves its jobs to submit, each if it is still in
    /// create or stop, sends those that it moved, and removes the row. Another start leaves a claimed row alone, so that
    /// each job is sent once. When a start breaks off, the next one of the session, or `resumeStarts`, takes its rows
    /// over and sends the jobs anew that are in submit: those of the last hundred that were sent already come twice.
    public func start(_ session: SessionID, at time: Timestamp) async throws(StoreError) -> [JobID] {
        let operation = "start session \(session)"
        let todos = try await todos(of: session, operation)
        if todos.isEmpty { return [] }
        let claim = random.identifier(JobID.self).description
        try await note(session, claim, operation)
        var started: [JobID] = []
        for todo in todos {
            guard try await take(todo, claim, operation) else { continue }
            started += try await carryOut(todo, of: session, claim, at: time, operation)
        }
        if try await self.todos(of: session, limit: 1, operation).isEmpty {
            _ = try await table.delete(
                SessionItems.start(session), if: .equals("Claim", .string(claim)), for: operation)
        }
        return started
    }

    /// Goes on with what starts left behind that broke off. To be called when a gateway starts, and now and then.
    ///
    /// Returns the jobs that were sent.
    public func resumeStarts() async throws(StoreError) -> [JobID] {
        let now = time.now()
        let limit = now.milliseconds - Self.startPatience.wholeMilliseconds
        let left = try await table.query(
            ItemQuery(type: "Start", filter: .atMost("Since", .init(Int(limit)))), for: "look for unfinished starts")
        var sent: [JobID] = []
        for item in left {
            guard let session = item["Id"]?.stringValue.flatMap({ SessionID($0) }) else { continue }
            sent += try await start(session, at: now)
            if try await todos(of: session, limit: 1, "look for unfinished starts").isEmpty {
                _ = try await table.delete(
                    SessionItems.start(session), if: .unchanged("Claim", in: item), for: "look for unfinished starts")
            }
        }
        return sent
    }

    private func note(_ session: SessionID, _ claim: String, _ operation: String) async throws(StoreError) {
        let now = time.now()
        var item = SessionItems.start(session).item
        item["Claim"] = .string(claim)
        item["Since"] = .init(Int(now.milliseconds))
        item["TTL"] = .init(lifetimes.sessionTTL(at: now))
        _ = try await table.put(item, for: operation)
    }

    private func todos(
        of session: SessionID, limit: Int = .max, _ operation: String
    ) async throws(StoreError) -> [Todo] {
        try await table.query(
            ItemQuery(type: SessionItems.type(session), range: .prefix(SessionItems.todo), limit: limit),
            for: operation
        ).compactMap { Todo($0) }
    }

    /// False when another start is at it.
    private func take(_ todo: Todo, _ claim: String, _ operation: String) async throws(StoreError) -> Bool {
        let now = time.now()
        var isFree = Condition.missing("Claim")
        if let since = todo.since {
            guard now - since >= Self.startPatience else { return false }
            isFree = .all([.unchanged("Claim", in: todo.item), .unchanged("Since", in: todo.item)])
        }
        let change = ItemChange(set: ["Claim": .string(claim), "Since": .init(Int(now.milliseconds))])
        // It is ours already when the answer was lost and the call repeated.
        let isMine = Condition.equals("Claim", .string(claim))
        return try await table.update(todo.key, change, if: .all([.isThere, .any([isFree, isMine])]), for: operation)
            != nil
    }

    private func carryOut(
        _ todo: Todo, of session: SessionID, _ claim: String, at time: Timestamp, _ operation: String
    ) async throws(StoreError) -> [JobID] {
        let isMine = Condition.equals("Claim", .string(claim))
        var started: [JobID] = []
        var done = todo.done
        for ids in Array(todo.ids.dropFirst(done)).parts(of: 100) {
            do throws(StoreError) {
                let jobs = try await submit(ids, isTakenOver: todo.since != nil, at: time, operation)
                if !jobs.isEmpty { try await sender.send(jobs) }
                started += jobs.map(\.id)
            } catch {
                // The next start need not wait. If this fails too it will.
                _ = try? await table.update(todo.key, ItemChange(set: ["Since": .init(0)]), if: isMine, for: operation)
                throw error
            }
            done += ids.count
            if done >= todo.ids.count { break }
            let progress = ItemChange(set: ["Done": .init(done), "Since": .init(Int(self.time.now().milliseconds))])
            // Another start has given this one up: it goes on from here.
            if try await table.update(todo.key, progress, if: isMine, for: operation) == nil { return started }
        }
        _ = try await table.delete(todo.key, if: isMine, for: operation)
        return started
    }

    /// Moves jobs to submit. Returns, in their order, those that were moved, and if `isTakenOver` those that an earlier
    /// start has moved and perhaps not sent.
    private func submit(
        _ ids: [JobID], isTakenOver: Bool, at time: Timestamp, _ operation: String
    ) async throws(StoreError) -> [Job] {
        var pending = ids
        var sendable: [JobID: JobItem] = [:]
        var tried: Set<JobID> = []
        for attempt in 0... {
            let rows = try await rows(pending, operation)
            var moved: [MovedJob] = []
            for id in pending {
                guard let row = rows[id] else { continue }
                let isWaiting = row.state == .submit
                let isByUs = tried.contains(id) && row.item["submit"] == .string(time.description)
                if isWaiting, isTakenOver || isByUs { sendable[id] = row }
                // A notice of submission is nobody's wish to move the job.
                guard row.state == .create || row.state == .stop else { continue }
                var job = MovedJob(row)
                _ = job.standing.move(to: .submit, by: nil, nil, at: time)
                moved.append(job)
            }
            let failed = try await write(moved, operation)
            for job in moved where !failed.contains(job.row.id) {
                sendable[job.row.id] = JobItem(job.standing.item)
            }
            if failed.isEmpty { break }
            guard attempt < DynamoTable.attempts else {
                throw StoreError(.unavailable, operation, "others change the jobs all the time")
            }
            tried.formUnion(failed)
            pending = pending.filter { failed.contains($0) }
            try await table.pause(attempt, operation)
        }
        var jobs: [Job] = []
        for id in ids { if let job = try sendable[id]?.job(for: operation) { jobs.append(job) } }
        return jobs
    }
}

/// Jobs that wait to be started.
private struct Todo {
    let item: Item
    let key: ItemKey
    let ids: [JobID]
    /// How many of them an unfinished start has sent.
    let done: Int
    /// When the start that is at it last said so; nil when none is.
    let since: Timestamp?

    init?(_ item: Item) {
        guard let type = item["Type"]?.stringValue, let id = item["Id"]?.stringValue,
            let names = item["Ids"]?.stringList
        else { return nil }
        self.item = item
        key = ItemKey(type: type, id: id)
        ids = names.compactMap { JobID($0) }
        done = min(item["Done"]?.intValue ?? 0, ids.count)
        since = item["Since"]?.intValue.map { Timestamp(milliseconds: Int64($0)) }
    }
}
