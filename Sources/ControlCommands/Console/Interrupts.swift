import Threading

/// What the user or the system wants of a running command.
public enum Interrupt: Sendable, Hashable {
    /// Ctrl-C.
    case interrupt
    /// Ctrl-\, a closed terminal or SIGTERM: end, but leave on the gateway what is there.
    case leave
}

/// Hands interrupts to the command that waits for them. While none does, an interrupt ends the process.
public final class Interrupts: Sendable {
    private let listener = Locked<AsyncStream<Interrupt>.Continuation?>(nil)
    private let end: @Sendable (Interrupt) -> Void

    /// - Parameter end: what to do with an interrupt that nobody waits for.
    public init(end: @escaping @Sendable (Interrupt) -> Void) { self.end = end }

    public func raise(_ interrupt: Interrupt) {
        if let continuation = listener.withLock({ $0 }) {
            continuation.yield(interrupt)
        } else {
            end(interrupt)
        }
    }

    /// Runs `body` with the interrupts that come meanwhile.
    func listening<Result>(
        _ body: (AsyncStream<Interrupt>) async throws(ControlError) -> Result
    ) async throws(ControlError) -> Result {
        let (stream, continuation) = AsyncStream.makeStream(of: Interrupt.self)
        listener.withLock { $0 = continuation }
        defer {
            listener.withLock { $0 = nil }
            continuation.finish()
        }
        return try await body(stream)
    }
}
