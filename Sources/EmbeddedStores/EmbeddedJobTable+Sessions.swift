import EventLoop
import FOQUSModel
import SQLiteKit
import Stores

extension EmbeddedJobTable: JobDispatcher {
    func start(_ session: SessionID, at time: Timestamp) async throws(StoreError) -> [JobID] {
        let states = Self.states(before: .submit)
        let now = core.time.now().milliseconds
        let started = try await core.write("start session \(session)") { connection in
            guard let number = try Self.number(of: session, connection) else { return [JobID]() }
            // The bodies are made when the messages are received: this stays short however many jobs there are.
            try connection.execute(
                """
                INSERT INTO queue (job, sent, visible_at)
                SELECT number, ?, ? FROM job WHERE session = ? AND state IN (\(states)) ORDER BY number
                """, now, now, number)
            if connection.changes == 0 { return [] }
            return try Self.jobs(
                """
                UPDATE job SET state = 'submit', submitted = ? WHERE session = ? AND state IN (\(states))
                RETURNING number, id
                """, time.milliseconds, number, in: connection
            ).map(\.id)
        }
        if !started.isEmpty { core.signals.queue.raise() }
        return started
    }

    func terminate(_ session: SessionID, at time: Timestamp) async throws(StoreError) -> [JobID] {
        let states = Self.states(before: .terminate)
        let now = core.time.now().milliseconds
        return try await core.write("kill session \(session)") { connection in
            guard let number = try Self.number(of: session, connection) else { return [JobID]() }
            let jobs = try Self.jobs(
                """
                UPDATE job SET state = 'terminate', finished = ? WHERE session = ? AND state IN (\(states))
                RETURNING number, id
                """, time.milliseconds, number, in: connection)
            for job in jobs {
                try connection.execute("INSERT INTO result (session, job) VALUES (?, ?)", number, job.number)
                // A leased one is its worker's, who sees the new state.
                try connection.execute(
                    "DELETE FROM queue WHERE job = ? AND (leased = 0 OR visible_at <= ?)", job.number, now)
            }
            return jobs.map(\.id)
        }
    }

    func stop(_ session: SessionID, at time: Timestamp) async throws(StoreError) -> [JobID] {
        let states = Self.states(before: .stop)
        let now = core.time.now().milliseconds
        return try await core.write("stop session \(session)") { connection in
            guard let number = try Self.number(of: session, connection) else { return [JobID]() }
            let waiting = try connection.query(
                """
                DELETE FROM queue WHERE job IN (SELECT number FROM job WHERE session = ? AND state IN (\(states)))
                AND (leased = 0 OR visible_at <= ?) RETURNING job
                """, number, now
            ) { $0.int(0) }
            var stopped: [JobID] = []
            for job in waiting.sorted() {
                stopped += try Self.jobs(
                    "UPDATE job SET state = 'stop' WHERE number = ? RETURNING number, id", job, in: connection
                ).map(\.id)
            }
            return stopped
        }
    }

    /// The states from which the state machine lets a job move to `target`, for an SQL list.
    private static func states(before target: JobState) -> String {
        JobState.allCases.filter { JobStateMachine.verdict(from: $0, to: target) == .move }
            .map { "'\($0.rawValue)'" }.joined(separator: ", ")
    }

    private static func number(of session: SessionID, _ connection: Connection) throws -> Int? {
        try connection.first("SELECT number FROM session WHERE id = ?", session.description) { $0.int(0) }
    }

    /// Runs a statement that returns numbers and ids of jobs. SQLite returns them in any order; here they come in the
    /// order in which they were appended.
    private static func jobs(
        _ sql: String, _ parameters: any SQLiteBindable..., in connection: Connection
    ) throws -> [(number: Int, id: JobID)] {
        try connection.query(sql, parameters: parameters) { row in
            guard let id = JobID(row.text(1)) else { throw UnreadableRow("the id of a job is no UUID") }
            return (number: row.int(0), id: id)
        }.sorted { $0.number < $1.number }
    }
}
