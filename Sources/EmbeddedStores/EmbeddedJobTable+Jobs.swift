import FOQUSModel
import JSONKit
import SQLiteKit
import Stores

extension EmbeddedJobTable {
    func append(_ jobs: [Job]) async throws(StoreError) {
        if jobs.isEmpty { return }
        if let job = jobs.first(where: { $0.state != .create }) {
            throw StoreError(.invalid, "append job \(job.id)", "it is in state \(job.state.rawValue), not create")
        }
        let requests = jobs.map { JSON.object($0.request).serialized() }
        try await core.write("append \(jobs.count) jobs") { connection in
            var places = try Self.reservePlaces(for: jobs, connection)
            for (job, request) in zip(jobs, requests) {
                guard let place = places[job.session] else { continue }
                places[job.session]?.ordinal += 1
                try Self.insert(job, request, session: place.session, ordinal: place.ordinal, connection)
            }
        }
    }

    /// Counts the jobs into their sessions. Returns each session's number and the ordinal of its first new job.
    private static func reservePlaces(
        for jobs: [Job], _ connection: Connection
    ) throws -> [SessionID: (session: Int, ordinal: Int)] {
        var counts: [SessionID: Int] = [:]
        for job in jobs { counts[job.session, default: 0] += 1 }
        var places: [SessionID: (session: Int, ordinal: Int)] = [:]
        for (session, count) in counts {
            let place = try connection.query(
                "UPDATE session SET jobs = jobs + ? WHERE id = ? RETURNING number, jobs - ?",
                count, session.description, count
            ) { (session: $0.int(0), ordinal: $0.int(1)) }.first
            guard let place else {
                throw StoreError(.notFound, "append to session \(session)", "there is no such session; claim it first")
            }
            places[session] = place
        }
        return places
    }

    private static func insert(
        _ job: Job, _ request: [UInt8], session: Int, ordinal: Int, _ connection: Connection
    ) throws {
        try connection.execute(
            """
            INSERT INTO job (id, session, ordinal, owner, simulation, application, state, created)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
            """, job.id.description, session, ordinal, job.user.description, job.simulation.description,
            job.application, job.state.rawValue, job.created.milliseconds)
        guard connection.changes == 1 else {
            throw StoreError(.conflict, "append job \(job.id)", "there is a job with this id already")
        }
        try connection.execute("INSERT INTO job_request VALUES (last_insert_rowid(), ?)", request)
    }

    func job(_ id: JobID) async throws(StoreError) -> Job? {
        try await jobs("look up job \(id)") { connection in
            try connection.query("\(JobRow.select) WHERE job.id = ?", id.description) { JobRow($0) }
        }.first
    }

    func jobs(of session: SessionID, offset: Int, limit: Int) async throws(StoreError) -> [Job] {
        try await jobs("list the jobs of session \(session)") { connection in
            try connection.query(
                """
                \(JobRow.select) WHERE job.session = (SELECT number FROM session WHERE id = ?) AND ordinal >= ?
                ORDER BY ordinal LIMIT ?
                """, session.description, offset, max(0, limit)
            ) { JobRow($0) }
        }
    }

    /// Reads rows, and makes jobs of them on the caller's thread.
    func jobs(
        _ operation: String, _ rows: @escaping @Sendable (Connection) throws -> [JobRow]
    ) async throws(StoreError) -> [Job] {
        let rows = try await core.read(operation, rows)
        do { return try rows.map { try $0.job() } } catch { throw StoreError(error, operation) }
    }

    func snapshots(of ids: [JobID]) async throws(StoreError) -> [JobID: JobSnapshot] {
        if ids.isEmpty { return [:] }
        return try await core.read("look up the states of \(ids.count) jobs") { connection in
            var snapshots: [JobID: JobSnapshot] = [:]
            for id in ids {
                let row = try connection.query("SELECT state, finished FROM job WHERE id = ?", id.description) {
                    ($0.text(0), $0.optionalTime(1))
                }.first
                guard let (name, finished) = row else { continue }
                guard let state = JobState(rawValue: name) else { throw UnreadableRow("unknown job state \(name)") }
                snapshots[id] = JobSnapshot(state: state, finished: finished)
            }
            return snapshots
        }
    }
}
