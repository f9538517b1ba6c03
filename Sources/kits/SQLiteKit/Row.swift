import CSQLite

/// The columns of the current row of a statement, from 0. Types are converted as SQLite does: NULL reads as 0, an empty
/// text or an empty blob. Use it within the closure or step that it was given for.
public struct Row {
    let handle: OpaquePointer

    public var count: Int { Int(sqlite3_column_count(handle)) }

    public func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(handle, index(column)) == SQLITE_NULL
    }

    public func int(_ column: Int) -> Int {
        Int(sqlite3_column_int64(handle, index(column)))
    }

    public func bool(_ column: Int) -> Bool {
        int(column) != 0
    }

    public func double(_ column: Int) -> Double {
        sqlite3_column_double(handle, index(column))
    }

    public func text(_ column: Int) -> String {
        let start = sqlite3_column_text(handle, index(column))
        let count = Int(sqlite3_column_bytes(handle, index(column)))
        return String(decoding: UnsafeBufferPointer(start: start, count: start == nil ? 0 : count), as: UTF8.self)
    }

    public func blob(_ column: Int) -> [UInt8] {
        let start = sqlite3_column_blob(handle, index(column))
        let count = Int(sqlite3_column_bytes(handle, index(column)))
        return Array(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }

    public func optionalInt(_ column: Int) -> Int? {
        isNull(column) ? nil : int(column)
    }

    public func optionalDouble(_ column: Int) -> Double? {
        isNull(column) ? nil : double(column)
    }

    public func optionalText(_ column: Int) -> String? {
        isNull(column) ? nil : text(column)
    }

    public func optionalBlob(_ column: Int) -> [UInt8]? {
        isNull(column) ? nil : blob(column)
    }

    /// The value as it is stored.
    public func value(_ column: Int) -> SQLiteValue {
        switch sqlite3_column_type(handle, index(column)) {
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(handle, index(column)))
        case SQLITE_FLOAT: .real(double(column))
        case SQLITE_TEXT: .text(text(column))
        case SQLITE_BLOB: .blob(blob(column))
        default: .null
        }
    }

    /// SQLite answers with NULL for a column that is not there; that would hide a mistake.
    private func index(_ column: Int) -> Int32 {
        precondition(column >= 0 && column < count, "no column \(column) in a row of \(count)")
        return Int32(column)
    }
}
