public import AWSClient
public import FOQUSModel
public import Stores

/// Jobs, sessions and consumers in the table of the existing deployment (cloud-protocol 4).
///
/// Rows `Job` and `Consumer` have the lambdas' form, so that they and the gateway may share the table. Sessions that the
/// lambdas made have no rows of ours (`SessionItems`): their jobs are found by id and take updates, but are not listed,
/// started or paged here; the lambdas do that from the session bucket.
///
/// What one call changes in several rows is one transaction where DynamoDB allows it (100 rows); each method says what
/// happens beyond.
public struct DynamoJobTable: JobTable, JobDispatcher {
    let table: DynamoTable
    let sender: any JobSender
    let lifetimes: DynamoLifetimes
    let time: any TimeSource
    let random: any RandomSource

    /// - Parameters:
    ///   - service: DynamoDB.
    ///   - table: its name, as `FOQUS_Resources`.
    ///   - sender: where started jobs go.
    public init(
        service: AWSService, table: String, sender: any JobSender, lifetimes: DynamoLifetimes = DynamoLifetimes(),
        time: any TimeSource = SystemTime(), random: any RandomSource = SystemRandom()
    ) {
        self.table = DynamoTable(service: service, name: table, time: time, random: random)
        self.sender = sender
        self.lifetimes = lifetimes
        self.time = time
        self.random = random
    }

    // MARK: jobs

    public func job(_ id: JobID) async throws(StoreError) -> Job? {
        let operation = "look up job \(id)"
        return try await table.get(JobItem.key(id), for: operation).flatMap { JobItem($0) }?.job(for: operation)
    }

    /// Two reads at most: a cheap one, which may not see a row of a moment ago, and a consistent one of what was missing
    /// there. A job that was appended, started and received at once must not be taken for one whose row is gone.
    public func snapshots(of ids: [JobID]) async throws(StoreError) -> [JobID: JobSnapshot] {
        if ids.isEmpty { return [:] }
        let operation = "look up the states of \(ids.count) jobs"
        var found = try await snapshots(of: ids, isConsistent: false, operation)
        let missing = ids.filter { found[$0] == nil }
        if !missing.isEmpty {
            found.merge(try await snapshots(of: missing, isConsistent: true, operation)) { $1 }
        }
        return found
    }

    func snapshots(
        of ids: [JobID], isConsistent: Bool, _ operation: String
    ) async throws(StoreError) -> [JobID: JobSnapshot] {
        let items = try await table.get(
            ids.map(JobItem.key), isConsistent: isConsistent, attributes: ["Id"] + JobItem.standingNames,
            for: operation)
        var snapshots: [JobID: JobSnapshot] = [:]
        for job in items.compactMap({ JobItem($0) }) { snapshots[job.id] = job.snapshot }
        return snapshots
    }

    /// Jobs of the ids in their order. Leaves out those whose row is gone.
    func jobs(_ ids: [JobID], _ operation: String) async throws(StoreError) -> [Job] {
        let rows = try await rows(ids, operation)
        var jobs: [Job] = []
        for id in ids { if let job = try rows[id]?.job(for: operation) { jobs.append(job) } }
        return jobs
    }

    func rows(_ ids: [JobID], _ operation: String) async throws(StoreError) -> [JobID: JobItem] {
        if ids.isEmpty { return [:] }
        let items = try await table.get(ids.map(JobItem.key), for: operation)
        return Dictionary(items.compactMap { JobItem($0) }.map { ($0.id, $0) }) { $1 }
    }

    public func jobs(of session: SessionID, offset: Int, limit: Int) async throws(StoreError) -> [Job] {
        let operation = "list the jobs of session \(session)"
        guard limit > 0 else { return [] }
        let offset = max(0, offset)
        // The block that the offset lies in begins at or before it.
        let before = try await table.query(
            ItemQuery(
                type: SessionItems.type(session),
                range: .between(SessionItems.jobs(0), SessionItems.jobs(offset)), isDescending: true, limit: 1),
            for: operation)
        guard let first = before.first.flatMap({ JobBlock($0) }) else { return [] }
        var ids = Array(first.ids.dropFirst(offset - first.first).prefix(limit))
        var next = first.first + first.ids.count
        let end = limit > Int.max - offset ? Int.max : offset + limit
        while next < end {
            // A block holds at least one job.
            let more = try await table.query(
                ItemQuery(
                    type: SessionItems.type(session),
                    range: .between(SessionItems.jobs(next), SessionItems.jobs(min(end, 999_999_999_999))),
                    limit: 50),
                for: operation
            ).compactMap { JobBlock($0) }
            guard let last = more.last else { break }
            for block in more { ids += block.ids }
            next = last.first + last.ids.count
        }
        return try await jobs(Array(ids.prefix(limit)), operation)
    }

    /// All jobs of the session, in the order of appending, as they were appended together.
    func blocks(of session: SessionID, _ operation: String) async throws(StoreError) -> [JobBlock] {
        try await table.query(
            ItemQuery(type: SessionItems.type(session), range: .prefix(SessionItems.jobs)), for: operation
        ).compactMap { JobBlock($0) }
    }

    // MARK: consumers

    public func consumers(activeSince time: Timestamp) async throws(StoreError) -> [Consumer] {
        let items = try await table.query(
            ItemQuery(type: "Consumer", filter: .atLeast("running", .string(time.description))),
            for: "list the consumers")
        return items.compactMap { item -> Consumer? in
            guard let id = item["Id"]?.stringValue.flatMap({ ConsumerID($0) }),
                let running = item["running"]?.stringValue.flatMap({ Timestamp(iso: $0) })
            else { return nil }
            return Consumer(id: id, instance: item["instance"]?.stringValue, running: running)
        }.sorted { ($0.running, $0.id.description) < ($1.running, $1.id.description) }
    }
}
