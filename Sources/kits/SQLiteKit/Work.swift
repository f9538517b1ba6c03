/// A closure that waits for its turn on a database thread, and the task that waits for its result.
protocol Work {
    /// Runs the closure and keeps its result. Called once.
    func run(_ connection: Connection) throws
    /// Wakes the task with the result kept. Called once, unless ``fail(_:)`` is.
    func succeed()
    func fail(_ error: any Error)
}

/// Touched by one thread at a time: first by the caller, then by the thread that took it from the queue.
final class TypedWork<Result: Sendable>: Work {
    private let body: @Sendable (Connection) throws -> Result
    private let continuation: CheckedContinuation<Result, any Error>
    private var result: Result?

    init(
        _ body: @escaping @Sendable (Connection) throws -> Result,
        _ continuation: CheckedContinuation<Result, any Error>
    ) {
        self.body = body
        self.continuation = continuation
    }

    func run(_ connection: Connection) throws {
        result = try body(connection)
    }

    func succeed() {
        guard let result else { preconditionFailure("work that did not run cannot succeed") }
        continuation.resume(returning: result)
    }

    func fail(_ error: any Error) {
        continuation.resume(throwing: error)
    }
}
