import FileKit
import Glibc
import Stores

extension StoreError {
    /// Whether a store is away, so that waiting for it is all that there is to do. Not when it is this machine's disk that
    /// fails: another worker's may be sound.
    var isWaitedFor: Bool { isOutage && code != .full && !(underlying is FileError) }

    /// A failure of the worker's own disk: never the job's fault, so always worth another attempt.
    init(disk error: FileError, while operation: String) {
        let isFull = error.code == ENOSPC || error.code == EDQUOT
        let remedy = isFull ? "; free some space or lower [worker] cache_size" : ""
        self.init(isFull ? .full : .unavailable, operation, error.description + remedy, underlying: error)
    }
}
