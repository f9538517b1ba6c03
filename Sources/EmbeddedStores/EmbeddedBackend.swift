public import EventLoop
import FOQUSModel
import FileKit
import Glibc
import SQLiteKit
public import Stores
import Threading

/// All stores in one directory of a local file system, shared by any number of processes of one machine.
///
///     DIR/foqus.sqlite3      sessions, jobs, queue, dead letters, notifications, consumers, users
///     DIR/objects.sqlite3    the index of objects, and the small ones
///     DIR/blobs/xx/NAME      large objects
///     DIR/signals/…          wake-ups between processes
///     DIR/processor.lock     held by the notification processor
public final class EmbeddedBackend: Sendable {
    public let queue: any JobQueue & DeadLetterQueue
    public let jobs: any JobTable & JobDispatcher
    public let objects: any ObjectStore
    public let notifier: any Notifier
    public let updates: any NotificationSource
    public let users: any UserDirectory
    public var processorLock: any ProcessorLock { lock }
    /// Raised by whichever process finds a message dead.
    public var deadLetterSignal: SignalFile { core.signals.dead }

    let core: Core
    private let objectDatabase: Database
    private let lock: EmbeddedProcessorLock
    private let sweep: Task<Void, Never>?

    /// Opens the store in `directory`, which is created if it is missing (mode 0750).
    ///
    /// - Parameters:
    ///   - loop: waits for wake-ups; must outlive the store.
    ///   - time: visibility, leases and records go by its civil time, which all processes of the store must share.
    /// - Throws: `denied` for a directory that this user cannot write, `invalid` for one written by a newer version,
    ///   `corrupt` for a damaged or foreign database, `full` without space for a new one.
    public static func open(
        directory: String, options: EmbeddedOptions, loop: EventLoop, time: any TimeSource = SystemTime(),
        random: any RandomSource = SystemRandom()
    ) async throws(StoreError) -> EmbeddedBackend {
        let operation = "open the store in \(directory)"
        do {
            let pool = BlockingPool(name: "store-files", limit: 4)
            let layout = Layout(directory: directory)
            try await pool.run { () throws(FileError) in try layout.create() }
            let signals = try Signals(directory: layout.signals, loop: loop)
            let main = try await pool.run { try layout.open(layout.mainDatabase, .main, options) }
            let objects: Database
            do {
                objects = try await pool.run { try layout.open(layout.objectDatabase, .objects, options) }
            } catch {
                await main.close()
                throw error
            }
            return EmbeddedBackend(
                core: Core(database: main, signals: signals, options: options, time: time), objects,
                BlobDirectory(path: layout.blobs, random: random, pool: pool),
                EmbeddedProcessorLock(path: layout.processorLock))
        } catch {
            throw StoreError(error, operation)
        }
    }

    private init(core: Core, _ objectDatabase: Database, _ blobs: BlobDirectory, _ lock: EmbeddedProcessorLock) {
        self.core = core
        self.objectDatabase = objectDatabase
        self.lock = lock
        queue = EmbeddedQueue(core: core)
        jobs = EmbeddedJobTable(core: core)
        objects = EmbeddedObjectStore(database: objectDatabase, blobs: blobs, time: core.time)
        notifier = EmbeddedNotifier(core: core)
        updates = EmbeddedNotificationSource(core: core)
        users = EmbeddedUsers(core: core)
        // One kind of process that sweeps is enough, and a worker has better things to do.
        guard core.options.role == .gateway else {
            sweep = nil
            return
        }
        let blobSweep = BlobSweep(blobs: blobs, database: objectDatabase, time: core.time)
        // What it cannot remove, the next start finds again.
        sweep = Task { try? await blobSweep.run() }
    }

    /// Ends the use of the store: waiting calls return empty-handed, the processor's lock is released, later calls
    /// fail as `unavailable`.
    public func close() async {
        core.beginClosing()
        sweep?.cancel()
        await sweep?.value
        lock.releaseNow()
        await core.database.close()
        await objectDatabase.close()
    }
}

/// Where things lie below a store's directory.
private struct Layout: Sendable {
    let directory: String

    var mainDatabase: String { Path.join(directory, "foqus.sqlite3") }
    var objectDatabase: String { Path.join(directory, "objects.sqlite3") }
    var blobs: String { Path.join(directory, "blobs") }
    var signals: String { Path.join(directory, "signals") }
    var processorLock: String { Path.join(directory, "processor.lock") }

    func open(_ path: String, _ schema: Schema, _ options: EmbeddedOptions) throws(SQLiteError) -> Database {
        try Database.open(
            path,
            options: Database.Options(synchronous: options.role.isDurable ? .full : .normal, cacheKiB: 8 << 10),
            schema: schema)
    }

    func create() throws(FileError) {
        for path in [directory, blobs, signals] { try Directory.create(path, mode: 0o750) }
        for path in [mainDatabase, objectDatabase] { try Self.createDatabaseFile(path) }
    }

    /// SQLite would create the file readable for everybody; its other files take their modes from this one.
    ///
    /// A file that exists is not opened: closing it would drop the locks that SQLite holds on it in this process.
    private static func createDatabaseFile(_ path: String) throws(FileError) {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        if descriptor >= 0 {
            Glibc.close(descriptor)
        } else if errno != EEXIST {
            throw FileError(code: errno, operation: "create", path: path)
        } else if access(path, R_OK | W_OK) != 0 {
            throw FileError(code: errno, operation: "open", path: path)
        }
    }
}
