import FOQUSModel
import SQLiteKit
import Stores

extension EmbeddedJobTable {
    func makeResultPage(of session: SessionID) async throws(StoreError) -> Int {
        let operation = "page the results of session \(session)"
        // Clients ask every few seconds, and mostly there is nothing new.
        let last = try await core.read(operation) { connection in
            try Self.isUnpaged(session, connection) ? nil : try Self.lastPage(of: session, connection)
        }
        if let last { return last }
        return try await core.write(operation) { connection in
            let last = try Self.lastPage(of: session, connection)
            try connection.execute(
                """
                UPDATE result SET page = ? WHERE session = (SELECT number FROM session WHERE id = ?) AND page = 0
                """, last + 1, session.description)
            return connection.changes > 0 ? last + 1 : last
        }
    }

    private static func isUnpaged(_ session: SessionID, _ connection: Connection) throws -> Bool {
        try !connection.query(
            """
            SELECT 1 FROM result WHERE session = (SELECT number FROM session WHERE id = ?) AND page = 0 LIMIT 1
            """, session.description
        ) { $0.int(0) }.isEmpty
    }

    private static func lastPage(of session: SessionID, _ connection: Connection) throws -> Int {
        let page = try connection.query(
            "SELECT max(page) FROM result WHERE session = (SELECT number FROM session WHERE id = ?)",
            session.description
        ) { $0.optionalInt(0) }.first
        return (page ?? 0) ?? 0
    }

    func resultPage(of session: SessionID, number: Int) async throws(StoreError) -> [Job]? {
        guard number > 0 else { return nil }
        let jobs = try await jobs("read result page \(number) of session \(session)") { connection in
            try connection.query(
                """
                \(JobRow.select) JOIN result ON result.job = job.number
                WHERE result.session = (SELECT number FROM session WHERE id = ?) AND result.page = ?
                ORDER BY result.sequence
                """, session.description, number
            ) { JobRow($0) }
        }
        return jobs.isEmpty ? nil : jobs
    }
}
