import CSQLite

/// The tables of a database through the versions of the program.
///
/// The file's version is SQLite's `user_version`: the number of scripts that were run on it.
public struct Schema: Sendable {
    private let versions: [String]

    /// - Parameter versions: scripts; each brings a database from the version before to the next. Never change one that
    ///   was released: append.
    public init(versions: [String]) {
        self.versions = versions
    }

    /// Runs the scripts that the file lacks, in one transaction. Any number of processes may do this at once.
    func apply(to connection: Connection) throws(SQLiteError) {
        if try version(of: connection) == versions.count { return }
        // Off, so that a script can rebuild a table that others refer to; within a transaction it could not be changed.
        try connection.executeScript("PRAGMA foreign_keys = OFF; BEGIN EXCLUSIVE")
        do throws(SQLiteError) {
            // Another process may have done it while this one waited for the lock.
            let found = try version(of: connection)
            for script in versions[found...] { try connection.executeScript(script) }
            try checkForeignKeys(of: connection)
            try connection.executeScript("PRAGMA user_version = \(versions.count); COMMIT; PRAGMA foreign_keys = ON")
        } catch {
            if connection.isInTransaction { try connection.executeScript("ROLLBACK") }
            try connection.executeScript("PRAGMA foreign_keys = ON")
            throw error
        }
    }

    private func version(of connection: Connection) throws(SQLiteError) -> Int {
        let statement = try connection.prepare("PRAGMA user_version")
        defer { statement.reset() }
        let version = try statement.step() ? statement.row.int(0) : 0
        guard (0...versions.count).contains(version) else {
            throw SQLiteError(
                code: .newerSchema,
                message: "its schema has version \(version), but \(versions.count) is the last known",
                path: connection.path)
        }
        return version
    }

    private func checkForeignKeys(of connection: Connection) throws(SQLiteError) {
        let statement = try connection.prepare("PRAGMA foreign_key_check")
        defer { statement.reset() }
        if try statement.step() {
            throw SQLiteError(
                code: .constraint, message: "a new schema leaves dangling references in \(statement.row.text(0))",
                path: connection.path)
        }
    }
}
