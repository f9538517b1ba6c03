import FOQUSModel
import JSONKit
import SQLiteKit
import Stores

/// Sessions, jobs and consumers.
struct EmbeddedJobTable: JobTable {
    let core: Core

    // MARK: sessions

    func claimSession(_ id: SessionID, owner: UserName?, at time: Timestamp) async throws(StoreError) -> Session {
        // Each append claims its session: almost always it is the owner's already.
        if let found = try await session(id), owner == nil || found.owner == owner { return found }
        return try await core.write("claim session \(id)") { connection in
            try connection.execute(
                """
                INSERT INTO session (id, owner, created) VALUES (?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET owner = excluded.owner WHERE owner IS NULL
                """, id.description, owner?.description, time.milliseconds)
            guard let session = try Self.session(id, connection) else {
                throw UnreadableRow("session \(id) vanished")
            }
            guard owner == nil || session.owner == owner else {
                throw StoreError(.conflict, "claim session \(id)", "it belongs to another user")
            }
            return session
        }
    }

    func session(_ id: SessionID) async throws(StoreError) -> Session? {
        try await core.read("look up session \(id)") { try Self.session(id, $0) }
    }

    private static func session(_ id: SessionID, _ connection: Connection) throws -> Session? {
        try connection.query("SELECT id, owner, created FROM session WHERE id = ?", id.description) {
            try Self.session($0)
        }.first
    }

    private static func session(_ row: Row) throws -> Session {
        guard let id = SessionID(row.text(0)) else { throw UnreadableRow("the id of a session is no UUID") }
        let owner = row.optionalText(1).flatMap { try? UserName($0) }
        return Session(id: id, owner: owner, created: row.time(2))
    }

    func sessions(of owner: UserName, after: SessionID?, limit: Int) async throws(StoreError) -> [Session] {
        try await core.read("list the sessions of \(owner)") { connection in
            var start = (created: Int.min, number: Int.min)
            if let after {
                let found = try connection.query("SELECT created, number FROM session WHERE id = ?", after.description)
                {
                    (created: $0.int(0), number: $0.int(1))
                }.first
                guard let found else {
                    throw StoreError(.notFound, "list the sessions of \(owner)", "there is no session \(after)")
                }
                start = found
            }
            return try connection.query(
                """
                SELECT id, owner, created FROM session WHERE owner = ? AND (created, number) > (?, ?)
                ORDER BY created, number LIMIT ?
                """, owner.description, start.created, start.number, max(0, limit)
            ) { try Self.session($0) }
        }
    }

    func summary(of session: SessionID) async throws(StoreError) -> SessionSummary {
        try await core.read("summarise session \(session)") { connection in
            let rows = try connection.query(
                """
                SELECT state, count(*) FROM job WHERE session = (SELECT number FROM session WHERE id = ?)
                GROUP BY state
                """, session.description
            ) { ($0.text(0), $0.int(1)) }
            var counts: [JobState: Int] = [:]
            for (name, count) in rows {
                guard let state = JobState(rawValue: name) else { throw UnreadableRow("unknown job state \(name)") }
                counts[state] = count
            }
            return SessionSummary(counts: counts)
        }
    }

    // MARK: consumers

    func consumers(activeSince time: Timestamp) async throws(StoreError) -> [Consumer] {
        try await core.read("list the consumers") { connection in
            try connection.query(
                "SELECT id, instance, running FROM consumer WHERE running >= ? ORDER BY running, id", time.milliseconds
            ) { row in
                guard let id = ConsumerID(row.text(0)) else { throw UnreadableRow("the id of a consumer is no UUID") }
                return Consumer(
                    id: id, instance: row.optionalText(1), running: row.time(2))
            }
        }
    }
}
