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
    private let rows = JournalRows()

    static let version1 = """
        CREATE TABLE attempt (
            id TEXT PRIMARY KEY, job TEXT, message TEXT NOT NULL, receipt TEXT NOT NULL, directory TEXT,
            complete INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE effect (
            attempt TEXT NOT NULL, sequence INTEGER NOT NULL, effect TEXT NOT NULL, PRIMARY KEY (attempt, sequence)
        ) STRICT, WITHOUT ROWID;
        """

    private static let schema = Schema(versions: [
        version1,
        // One table that grows at its end and shrinks at its front, so that a commit changes few pages. The first row
        // of an attempt has its message. `sequence` is that of the first of the row's effects.
        """
        CREATE TABLE entry (
            number INTEGER PRIMARY KEY, attempt TEXT NOT NULL, sequence INTEGER NOT NULL, effects TEXT NOT NULL,
            complete INTEGER NOT NULL, job TEXT, message TEXT, receipt TEXT, directory TEXT
        ) STRICT;
        INSERT INTO entry (attempt, sequence, effects, complete, job, message, receipt, directory)
            SELECT id, 0, '[]', complete, job, message, receipt, directory FROM attempt;
        INSERT INTO entry (attempt, sequence, effects, complete)
            SELECT attempt, sequence, effect, 0 FROM effect ORDER BY sequence;
        DROP TABLE attempt;
        DROP TABLE effect;
        """,
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
            let journal = try await pool.run {
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
            let last = try await journal.database.read { connection in
                try connection.first("SELECT coalesce(max(number), 0) FROM entry") { $0.int(0) } ?? 0
            }
            journal.rows.skip(to: last + 1)
            return journal
        } catch let error as StoreError {
            throw error
        } catch let error as FileError {
            throw StoreError(.denied, operation, error.description, underlying: error)
        } catch {
            throw StoreError(.corrupt, operation, "\(error)", underlying: error)
        }
    }

    public func begin(_ attempts: [BegunAttempt]) async throws(StoreError) {
        let batches = attempts.map { attempt in
            rows.draft(attempt.effects, record: attempt.record, of: attempt.record.id, ends: attempt.isComplete)
        }
        try await insert(batches.flatMap(\.self), "begin an attempt in the journal")
    }

    public func append(_ effects: [JournaledEffect], to attempt: AttemptID) async throws(StoreError) {
        try await insert(rows.draft(effects, of: attempt, ends: false), "append to the journal")
    }

    public func complete(_ attempt: AttemptID, effects: [JournaledEffect]) async throws(StoreError) {
        try await insert(rows.draft(effects, of: attempt, ends: true), "complete an attempt in the journal")
    }

    public func delivered(
        files: [AttemptID: [Int64]], finished: [AttemptID]
    ) async throws(StoreError) {
        let numbers = rows.numbers(files: files, finished: finished)
        guard !numbers.isEmpty else { return }
        try await write("clear the journal") { connection in
            for number in numbers { try connection.execute("DELETE FROM entry WHERE number = ?", number) }
        }
        rows.forget(files: files, finished: finished)
    }

    public func unfinished() async throws(StoreError) -> [UnfinishedAttempt] {
        do {
            let found = try await database.read { connection in
                try connection.query(
                    """
                    SELECT number, attempt, sequence, effects, complete, job, message, receipt, directory FROM entry
                    ORDER BY number
                    """
                ) { try JournalRow($0) }
            }
            return try rows.load(found)
        } catch {
            throw StoreError(.corrupt, "read the journal \(database.path)", "\(error)", underlying: error)
        }
    }

    public func close() async {
        await database.close()
        lock.release()
    }

    private func insert(_ drafts: [JournalRow], _ operation: String) async throws(StoreError) {
        guard !drafts.isEmpty else { return }
        try await write(operation) { connection in
            for row in drafts {
                try connection.execute(
                    "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row.number, row.attempt.description,
                    row.sequence, row.effects, row.isComplete, row.record?.job?.description,
                    row.record?.lease.message, row.record?.lease.receipt, row.record?.directory)
            }
        }
        rows.add(drafts)
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
