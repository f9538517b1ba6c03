public import FOQUSModel
import FileKit
import JSONKit
import SQLiteKit
public import Stores
import Threading

/// The journal in a SQLite file of the worker's own, `journal.sqlite3` in its state directory.
///
/// Commits survive the death of the worker. A power cut may undo the last of them, together: then the jobs run
/// again, since their messages were not acknowledged.
public final class SQLiteJournal: AttemptJournal {
    private let database: Database
    private let lock: FileLock

    private static let schema = Schema(versions: [
        """
        CREATE TABLE attempt (
            id TEXT PRIMARY KEY, job TEXT, message TEXT NOT NULL, receipt TEXT NOT NULL, directory TEXT,
            complete INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE effect (
            attempt TEXT NOT NULL, sequence INTEGER NOT NULL, effect TEXT NOT NULL, PRIMARY KEY (attempt, sequence)
        ) STRICT, WITHOUT ROWID;
        """
    ])

    private init(database: Database, lock: FileLock) {
        self.database = database
        self.lock = lock
    }

    /// Opens the journal of a state directory, which one worker at a time may use: throws `conflict` when
    /// another has it.
    public static func open(stateDirectory: String) async throws(StoreError) -> SQLiteJournal {
        let operation = "open the state directory \(stateDirectory)"
        let pool = BlockingPool(name: "journal-open", limit: 1, idleSeconds: 1)
        do {
            return try await pool.run {
                try Directory.create(stateDirectory, mode: 0o750)
                let path = Path.join(stateDirectory, "worker.lock")
                guard let lock = try FileLock.acquire(path) else {
                    let holder = FileLock.holder(of: path).map { " (process \($0))" } ?? ""
                    throw StoreError(
                        .conflict, operation,
                        "another foqus-worker\(holder) uses it; stop that one, or give this one a "
                            + "[worker] state_directory of its own")
                }
                let database = try Database.open(
                    Path.join(stateDirectory, "journal.sqlite3"),
                    options: Database.Options(synchronous: .normal, cacheKiB: 256), schema: schema)
                return SQLiteJournal(database: database, lock: lock)
            }
        } catch let error as StoreError {
            throw error
        } catch let error as FileError {
            throw StoreError(.denied, operation, error.description, underlying: error)
        } catch {
            throw StoreError(.corrupt, operation, "\(error)", underlying: error)
        }
    }

    public func begin(
        _ attempt: AttemptRecord, effects: [JournaledEffect], isComplete: Bool
    ) async throws(StoreError) {
        try await write("begin an attempt in the journal") { connection in
            try connection.execute(
                "INSERT INTO attempt (id, job, message, receipt, directory, complete) VALUES (?, ?, ?, ?, ?, ?)",
                attempt.id.description, attempt.job?.description, attempt.lease.message, attempt.lease.receipt,
                attempt.directory, isComplete)
            try Self.insert(effects, of: attempt.id, connection)
        }
    }

    public func append(_ effects: [JournaledEffect], to attempt: AttemptID) async throws(StoreError) {
        try await write("append to the journal") { connection in
            try Self.insert(effects, of: attempt, connection)
        }
    }

    public func complete(_ attempt: AttemptID, effects: [JournaledEffect]) async throws(StoreError) {
        try await write("complete an attempt in the journal") { connection in
            try connection.execute("UPDATE attempt SET complete = 1 WHERE id = ?", attempt.description)
            try Self.insert(effects, of: attempt, connection)
        }
    }

    public func delivered(
        files: [AttemptID: [Int64]], finished: [AttemptID]
    ) async throws(StoreError) {
        guard !files.isEmpty || !finished.isEmpty else { return }
        try await write("clear the journal") { connection in
            for (attempt, sequences) in files {
                for sequence in sequences {
                    try connection.execute(
                        "DELETE FROM effect WHERE attempt = ? AND sequence = ?", attempt.description, Int(sequence))
                }
            }
            for attempt in finished {
                try connection.execute("DELETE FROM effect WHERE attempt = ?", attempt.description)
                try connection.execute("DELETE FROM attempt WHERE id = ?", attempt.description)
            }
        }
    }

    public func unfinished() async throws(StoreError) -> [UnfinishedAttempt] {
        do {
            return try await database.read { connection in
                var effects: [AttemptID: [JournaledEffect]] = [:]
                try connection.query("SELECT sequence, attempt, effect FROM effect ORDER BY sequence") { row in
                    guard let attempt = AttemptID(row.text(1)),
                        let effect = (try? JSON.parse(Array(row.text(2).utf8))).flatMap(Effect.init)
                    else { throw UnreadableJournal(what: "effect \(row.int(0))") }
                    effects[attempt, default: []].append(
                        JournaledEffect(sequence: Int64(row.int(0)), effect: effect))
                }
                return try connection.query(
                    "SELECT id, job, message, receipt, directory, complete FROM attempt"
                ) { row in
                    guard let id = AttemptID(row.text(0)) else {
                        throw UnreadableJournal(what: "attempt \(row.text(0))")
                    }
                    let record = AttemptRecord(
                        id: id, job: row.optionalText(1).flatMap { JobID($0) },
                        lease: Lease(message: row.text(2), receipt: row.text(3)), directory: row.optionalText(4))
                    return UnfinishedAttempt(
                        record: record, isComplete: row.bool(5), effects: effects[id] ?? [])
                }.sorted { ($0.effects.first?.sequence ?? .max) < ($1.effects.first?.sequence ?? .max) }
            }
        } catch {
            throw StoreError(.corrupt, "read the journal \(database.path)", "\(error)", underlying: error)
        }
    }

    public func close() async {
        await database.close()
        lock.release()
    }

    private static func insert(
        _ effects: [JournaledEffect], of attempt: AttemptID, _ connection: Connection
    ) throws {
        for journaled in effects {
            try connection.execute(
                "INSERT INTO effect (sequence, attempt, effect) VALUES (?, ?, ?)", Int(journaled.sequence),
                attempt.description, journaled.effect.json.text())
        }
    }

    private func write(
        _ operation: String, _ body: @escaping @Sendable (Connection) throws -> Void
    ) async throws(StoreError) {
        do {
            try await database.write(body)
        } catch {
            let isFull = (error as? SQLiteError)?.code == .diskFull
            let remedy = isFull ? "; free some space for the state directory" : ""
            throw StoreError(isFull ? .full : .unavailable, operation, "\(error)\(remedy)", underlying: error)
        }
    }
}

/// A row that this version never wrote.
private struct UnreadableJournal: Error, CustomStringConvertible {
    let what: String
    var description: String { "\(what) cannot be understood; was it written by a newer version?" }
}
