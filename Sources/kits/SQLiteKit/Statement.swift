import CSQLite

/// A prepared statement of one connection. Use it on the connection's thread only, and not after the connection.
public final class Statement {
    public let sql: String
    let handle: OpaquePointer
    private let database: OpaquePointer
    private let path: String

    init(_ sql: String, database: OpaquePointer, path: String, persistent: Bool) throws(SQLiteError) {
        var handle: OpaquePointer?
        let flags = persistent ? CUnsignedInt(SQLITE_PREPARE_PERSISTENT) : 0
        guard sqlite3_prepare_v3(database, sql, -1, flags, &handle, nil) == SQLITE_OK else {
            throw SQLiteError(last: database, sql: sql, path: path)
        }
        guard let handle else {
            throw SQLiteError(code: .other, message: "the statement is empty", sql: sql, path: path)
        }
        self.sql = sql
        self.handle = handle
        self.database = database
        self.path = path
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Whether it was stepped, and neither to its end nor reset.
    var isBusy: Bool { sqlite3_stmt_busy(handle) != 0 }

    /// Binds all parameters, in their order.
    public func bind(_ values: any SQLiteBindable...) throws(SQLiteError) {
        try bind(values)
    }

    /// Binds all parameters, in their order.
    public func bind(_ values: [any SQLiteBindable]) throws(SQLiteError) {
        let expected = sqlite3_bind_parameter_count(handle)
        guard values.count == Int(expected) else {
            throw SQLiteError(
                code: .other, message: "\(values.count) values for \(expected) parameters", sql: sql, path: path)
        }
        for (offset, value) in values.enumerated() { try bind(value.sqliteValue, at: Int32(offset + 1)) }
    }

    private func bind(_ value: SQLiteValue, at index: Int32) throws(SQLiteError) {
        let code =
            switch value {
            case .null: sqlite3_bind_null(handle, index)
            case .integer(let value): sqlite3_bind_int64(handle, index, value)
            case .real(let value): sqlite3_bind_double(handle, index, value)
            case .text(let value): bind(text: value, at: index)
            // A null pointer would bind NULL instead of no bytes.
            case .blob(let value) where value.isEmpty: sqlite3_bind_zeroblob(handle, index, 0)
            case .blob(let value): cs_bind_blob(handle, index, value, UInt64(value.count))
            }
        if code != SQLITE_OK { throw SQLiteError(last: database, sql: sql, path: path) }
    }

    private func bind(text: String, at index: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { utf8 in
            // As above: an empty string may come without an address.
            guard let start = utf8.baseAddress else { return cs_bind_text(handle, index, "", 0) }
            return start.withMemoryRebound(to: CChar.self, capacity: utf8.count) {
                cs_bind_text(handle, index, $0, UInt64(utf8.count))
            }
        }
    }

    /// Goes to the next row. False at the end; then the statement is ready to run again.
    public func step() throws(SQLiteError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            reset()
            return false
        default:
            let error = SQLiteError(last: database, sql: sql, path: path)
            reset()
            throw error
        }
    }

    /// The row that ``step()`` went to; valid until the next step.
    public var row: Row { Row(handle: handle) }

    /// Ends a run early, so that it holds no lock. Bound values stay.
    public func reset() {
        // Returns the error of the last step once more.
        _ = sqlite3_reset(handle)
    }
}
