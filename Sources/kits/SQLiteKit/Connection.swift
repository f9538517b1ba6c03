import CSQLite
import Glibc

/// One connection to a database file. It belongs to one thread: ``Database`` lends it to the closures that it runs.
public final class Connection {
    /// Statements kept prepared. Programs have a fixed set; the limit is for those that build SQL.
    private static let cacheLimit = 200

    public let path: String
    private let handle: OpaquePointer
    private let busyWaiting: BusyWaiting
    private var cache: [String: Statement] = [:]
    private var thread = pthread_self()
    private var isClosed = false

    /// Opens a file in WAL mode, creating it unless `readOnly`. The connection belongs to the calling thread.
    init(path: String, options: Database.Options, readOnly: Bool) throws(SQLiteError) {
        var handle: OpaquePointer?
        let access = readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let code = sqlite3_open_v2(path, &handle, access | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let handle else {
            let error = SQLiteError(last: handle, sql: nil, path: path)
            sqlite3_close_v2(handle)
            throw error
        }
        self.path = path
        self.handle = handle
        busyWaiting = BusyWaiting(limit: options.busyTimeout)
        busyWaiting.install(in: handle)
        try configure(options, readOnly: readOnly)
    }

    deinit {
        close()
    }

    /// Closes the file at once, whoever still refers to the connection. It must not be used any more.
    func close() {
        if isClosed { return }
        isClosed = true
        cache.removeAll()
        sqlite3_close_v2(handle)
    }

    /// Whether the calling thread is the one that may use the connection.
    public var isCurrent: Bool { !isClosed && pthread_equal(thread, pthread_self()) != 0 }

    /// Makes the calling thread the owner. The former one must not use the connection any more.
    func adopt() {
        thread = pthread_self()
    }

    /// A statement ready to be bound, from the cache when there. One that is still running is not disturbed: the same
    /// SQL then gets another statement.
    public func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        precondition(isCurrent, "a connection was used outside of the closure that it was lent to")
        if let statement = cache[sql] {
            if !statement.isBusy { return statement }
            return try Statement(sql, database: handle, path: path, persistent: false)
        }
        if cache.count >= Self.cacheLimit { cache = cache.filter { $0.value.isBusy } }
        let statement = try Statement(sql, database: handle, path: path, persistent: true)
        cache[sql] = statement
        return statement
    }

    /// Runs one statement to its end.
    public func execute(_ sql: String, _ parameters: any SQLiteBindable...) throws(SQLiteError) {
        try execute(sql, parameters: parameters)
    }

    /// Runs one statement to its end.
    public func execute(_ sql: String, parameters: [any SQLiteBindable]) throws(SQLiteError) {
        let statement = try prepare(sql)
        try statement.bind(parameters)
        while try statement.step() {}
    }

    /// Runs one statement and maps each of its rows.
    @discardableResult
    public func query<Result>(
        _ sql: String, _ parameters: any SQLiteBindable..., map: (Row) throws -> Result
    ) throws -> [Result] {
        try query(sql, parameters: parameters, map: map)
    }

    /// Runs one statement and maps each of its rows.
    @discardableResult
    public func query<Result>(
        _ sql: String, parameters: [any SQLiteBindable], map: (Row) throws -> Result
    ) throws -> [Result] {
        let statement = try prepare(sql)
        defer { statement.reset() }
        try statement.bind(parameters)
        var results: [Result] = []
        while try statement.step() { results.append(try map(statement.row)) }
        return results
    }

    /// Runs one statement and maps its first row, if there is any.
    @discardableResult
    public func first<Result>(
        _ sql: String, _ parameters: any SQLiteBindable..., map: (Row) throws -> Result
    ) throws -> Result? {
        let statement = try prepare(sql)
        defer { statement.reset() }
        try statement.bind(parameters)
        return try statement.step() ? try map(statement.row) : nil
    }

    /// Runs any number of statements, separated by semicolons, without parameters.
    public func executeScript(_ sql: String) throws(SQLiteError) {
        precondition(isCurrent, "a connection was used outside of the closure that it was lent to")
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
            throw SQLiteError(last: handle, sql: sql, path: path)
        }
    }

    /// The rows that the last INSERT, UPDATE or DELETE changed.
    public var changes: Int { Int(sqlite3_changes64(handle)) }

    /// The rowid of the last INSERT.
    public var lastInsertedRowID: Int { Int(sqlite3_last_insert_rowid(handle)) }

    /// Some failures, such as a full disk, end the transaction by themselves.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Ends the runs that were left in the middle, whose read locks would outlive the transaction.
    func resetStatements() {
        var statement = sqlite3_next_stmt(handle, nil)
        while let current = statement {
            if sqlite3_stmt_busy(current) != 0 { sqlite3_reset(current) }
            statement = sqlite3_next_stmt(handle, current)
        }
    }

    private func configure(_ options: Database.Options, readOnly: Bool) throws(SQLiteError) {
        // Neither strings in double quotes, which hide misspelt columns, nor damage to the file by SQL.
        for (option, value) in [
            (SQLITE_DBCONFIG_DEFENSIVE, Int32(1)), (SQLITE_DBCONFIG_DQS_DML, 0), (SQLITE_DBCONFIG_DQS_DDL, 0),
        ] { cs_configure(handle, option, value) }
        try executeScript(
            """
            PRAGMA cache_size = -\(options.cacheKiB);
            PRAGMA mmap_size = 0;
            PRAGMA temp_store = MEMORY;
            PRAGMA foreign_keys = ON;
            PRAGMA trusted_schema = OFF;
            """)
        if readOnly { return }
        try enterWAL()
        try executeScript(
            """
            PRAGMA synchronous = \(options.synchronous.rawValue);
            PRAGMA wal_autocheckpoint = 4000;
            PRAGMA journal_size_limit = 16777216;
            """)
    }

    /// SQLite does not always call the busy handler while several processes want to change the journal mode at once.
    private func enterWAL() throws(SQLiteError) {
        var attempt = 0
        while true {
            do throws(SQLiteError) {
                let statement = try prepare("PRAGMA journal_mode = WAL")
                let mode = try statement.step() ? statement.row.text(0) : ""
                statement.reset()
                if mode == "wal" { return }
                throw SQLiteError(
                    code: .cannotOpen, message: "the file system does not support write-ahead logging", path: path)
            } catch  where error.code == .busy {
                guard busyWaiting.wait(attempt: attempt) else { throw error }
                attempt += 1
            }
        }
    }
}
