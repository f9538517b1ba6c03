import FOQUSModel
import SQLiteKit
import Stores
import Synchronization

/// What the parts of an embedded store share.
final class Core: Sendable {
    let database: Database
    let signals: Signals
    let options: EmbeddedOptions
    let time: any TimeSource
    private let closing = Atomic<Bool>(false)

    init(database: Database, signals: Signals, options: EmbeddedOptions, time: any TimeSource) {
        self.database = database
        self.signals = signals
        self.options = options
        self.time = time
    }

    /// Waiting calls return empty-handed from now on.
    func beginClosing() {
        closing.store(true, ordering: .releasing)
        signals.raiseAll()
    }

    /// Whether a waiting call should give up.
    var mustStopWaiting: Bool { Task.isCancelled || closing.load(ordering: .acquiring) }

    /// Changes the main database in one transaction, which is committed on return.
    func write<Result: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (Connection) throws -> Result
    ) async throws(StoreError) -> Result {
        try await database.write(operation, body)
    }

    /// Reads one state of the main database.
    func read<Result: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (Connection) throws -> Result
    ) async throws(StoreError) -> Result {
        try await database.read(operation, body)
    }
}

extension Database {
    /// Writes; what goes wrong becomes a `StoreError` that tells what was tried.
    func write<Result: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (Connection) throws -> Result
    ) async throws(StoreError) -> Result {
        do { return try await write(body) } catch { throw StoreError(error, operation) }
    }

    /// Reads; what goes wrong becomes a `StoreError` that tells what was tried.
    func read<Result: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (Connection) throws -> Result
    ) async throws(StoreError) -> Result {
        do { return try await read(body) } catch { throw StoreError(error, operation) }
    }
}
