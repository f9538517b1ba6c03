import CSQLite

/// A failure of SQLite, or of this kit's own rules for a database.
public struct SQLiteError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is, as far as callers act on it.
    public enum Code: Sendable, Equatable {
        /// Another process kept its lock longer than the busy timeout.
        case busy
        /// No room left on the disk, or over a quota.
        case diskFull
        /// The system failed to read or write.
        case inputOutput
        /// The file is something else, or encrypted.
        case notADatabase
        /// The file is damaged.
        case corrupt
        /// The file, its directory or the file system cannot be written.
        case readOnly
        /// The file or its directory is missing or may not be opened.
        case cannotOpen
        /// A row with the same primary key or unique value exists.
        case notUnique
        /// Another constraint (foreign key, check, not null) is violated.
        case constraint
        /// The file was written by a newer version of the program.
        case newerSchema
        /// The database has been closed.
        case closed
        /// Anything else: mostly mistakes in SQL.
        case other
    }

    public let code: Code
    /// SQLite's extended result code (https://www.sqlite.org/rescode.html); 0 for `newerSchema` and `closed`.
    public let extendedCode: Int32
    public let message: String
    /// The statement, without the values bound to it.
    public let sql: String?
    /// The file.
    public let path: String

    public init(code: Code, extendedCode: Int32 = 0, message: String, sql: String? = nil, path: String) {
        self.code = code
        self.extendedCode = extendedCode
        self.message = message
        self.sql = sql
        self.path = path
    }

    public var description: String {
        var text = "database \(path): \(message)"
        if extendedCode != 0 { text += " (SQLite code \(extendedCode))" }
        if let remedy { text += "; \(remedy)" }
        if let sql { text += "; in: \(sql.prefix(200))" }
        return text
    }

    private var remedy: String? {
        switch code {
        case .busy: "another process holds a lock on it"
        case .diskFull: "free some space on its file system"
        case .notADatabase: "move the file away or name another one"
        case .corrupt: "restore it from a backup, or try sqlite3's .recover"
        case .readOnly, .cannotOpen: "check the permissions of the file and its directory"
        case .newerSchema: "run the version of the program that wrote it, or a later one"
        case .inputOutput, .notUnique, .constraint, .closed, .other: nil
        }
    }
}

extension SQLiteError {
    /// The error that the connection reports for its last call.
    init(last database: OpaquePointer?, sql: String?, path: String) {
        let extended = sqlite3_extended_errcode(database)
        self.init(
            code: Code(extended: extended), extendedCode: extended, message: String(cString: sqlite3_errmsg(database)),
            sql: sql, path: path)
    }
}

extension SQLiteError.Code {
    init(extended: Int32) {
        let unique = [SQLITE_CONSTRAINT | 6 << 8, SQLITE_CONSTRAINT | 8 << 8, SQLITE_CONSTRAINT | 10 << 8]
        self =
            switch extended & 0xFF {
            case SQLITE_BUSY, SQLITE_LOCKED: .busy
            case SQLITE_FULL: .diskFull
            case SQLITE_IOERR: .inputOutput
            case SQLITE_NOTADB: .notADatabase
            case SQLITE_CORRUPT: .corrupt
            case SQLITE_READONLY: .readOnly
            case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH: .cannotOpen
            // SQLITE_CONSTRAINT_PRIMARYKEY, _UNIQUE, _ROWID: macros with shifts, which Swift does not import.
            case SQLITE_CONSTRAINT: unique.contains(extended) ? .notUnique : .constraint
            default: .other
            }
    }
}
