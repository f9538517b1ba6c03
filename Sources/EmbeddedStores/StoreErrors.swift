import EventLoop
import FileKit
import Glibc
import SQLiteKit
import Stores

extension StoreError {
    /// What an error of a database or of a file means for the store's user.
    ///
    /// - Parameter operation: what was tried, as `receive from the job queue`.
    init(_ error: any Error, _ operation: String) {
        switch error {
        case let error as StoreError: self = error
        case let error as SQLiteError: self.init(sqlite: error, operation)
        case let error as FileError: self.init(errno: error.code, "\(error)", operation, error)
        case let error as UnreadableRow:
            self.init(.corrupt, operation, "\(error); restore the store from a backup", underlying: error)
        case let error as SignalFileError: self.init(errno: error.code, "\(error)", operation, error)
        default: self.init(.unavailable, operation, "\(error)", underlying: error)
        }
    }

    private init(sqlite error: SQLiteError, _ operation: String) {
        let text = "\(error)"
        switch error.code {
        case .diskFull: self.init(.full, operation, "\(text); the store goes on by itself", underlying: error)
        case .readOnly, .cannotOpen:
            self.init(.denied, operation, "\(text); \(Self.whoAmI) must be able to write there", underlying: error)
        case .corrupt, .notADatabase: self.init(.corrupt, operation, text, underlying: error)
        case .newerSchema: self.init(.invalid, operation, text, underlying: error)
        case .notUnique, .constraint: self.init(.conflict, operation, text, underlying: error)
        case .busy, .inputOutput, .closed, .other: self.init(.unavailable, operation, text, underlying: error)
        }
    }

    private init(errno code: CInt, _ text: String, _ operation: String, _ error: any Error) {
        switch code {
        case ENOSPC, EDQUOT:
            self.init(.full, operation, "\(text); free some space, the store goes on by itself", underlying: error)
        case EACCES, EPERM, EROFS:
            self.init(.denied, operation, "\(text); \(Self.whoAmI) must be able to write there", underlying: error)
        case ENOTDIR, EISDIR, ENAMETOOLONG, ELOOP:
            self.init(.invalid, operation, "\(text); check [store] directory", underlying: error)
        default: self.init(.unavailable, operation, text, underlying: error)
        }
    }

    private static var whoAmI: String {
        let id = geteuid()
        guard let entry = getpwuid(id) else { return "user id \(id)" }
        return "user \(String(cString: entry.pointee.pw_name))"
    }
}
