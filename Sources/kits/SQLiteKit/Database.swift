import Threading

/// A SQLite file in WAL mode with one thread that writes and some that read.
///
/// Any number of processes may have the same file open. While nothing is asked of it, a database uses no processor
/// time. A database that is let go of closes itself once its queued work is done.
public final class Database: Sendable {
    public let path: String
    private let writes: WorkQueue<any Work>
    private let reads: WorkQueue<any Work>
    private let threads: DatabaseThreads

    private init(path: String, writer: Connection, readers: [Connection]) {
        self.path = path
        writes = WorkQueue()
        reads = WorkQueue()
        threads = DatabaseThreads(writer: writer, readers: readers, writes: writes, reads: reads)
    }

    deinit {
        writes.close()
        reads.close()
    }

    /// Opens a file, creating it when missing, and brings it to the latest version of `schema`. Blocks.
    public static func open(
        _ path: String, options: Options = Options(), schema: Schema? = nil
    ) throws(SQLiteError) -> Database {
        let writer = try Connection(path: path, options: options, readOnly: false)
        try schema?.apply(to: writer)
        var readers: [Connection] = []
        for _ in 0..<options.readers { readers.append(try Connection(path: path, options: options, readOnly: true)) }
        return Database(path: path, writer: writer, readers: readers)
    }

    /// Runs `body` in a transaction and returns when that is committed.
    ///
    /// Writes that wait at the same time share a transaction, and so the cost of its commit. What one of them changed is
    /// undone when it throws, the others are not affected; when the commit itself fails, all of them fail with that
    /// error. They run one after the other in the order of the calls. A cancelled task still waits for its write.
    @discardableResult
    public func write<Result: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Result
    ) async throws -> Result {
        try await submit(body, to: writes)
    }

    /// Runs `body` on a connection that cannot write. All its statements see one state of the database, which holds all
    /// writes that have returned.
    public func read<Result: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Result
    ) async throws -> Result {
        try await submit(body, to: reads)
    }

    /// Refuses more work, finishes what is queued, then closes the file. More calls only wait for that.
    public func close() async {
        writes.close()
        reads.close()
        await threads.end()
    }

    private func submit<Result: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Result, to queue: WorkQueue<any Work>
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            if !queue.push(TypedWork(body, continuation)) {
                continuation.resume(
                    throwing: SQLiteError(code: .closed, message: "it has been closed", path: path))
            }
        }
    }
}
