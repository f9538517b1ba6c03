public import EventLoop
import Glibc
import Threading

/// The lines a program writes, for one consumer.
///
/// Nothing is read ahead of the consumer but what the pipe gives at once, so a program that writes faster than it is
/// read waits. A last line without an end counts. When the reader is dropped the pipe is closed.
public final class LineReader: AsyncSequence, Sendable {
    public typealias Element = [UInt8]

    public struct Iterator: AsyncIteratorProtocol {
        let reader: LineReader

        /// The next line without its newline; nil after the last.
        /// - Throws: `PipeError`, or `CancellationError` when the task is cancelled; no byte is lost then.
        public func next() async throws -> [UInt8]? { try await reader.next() }

        /// The same without leaving the caller's actor, which the default implementation does for each line.
        public func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? { try await reader.next() }
    }

    private enum Source {
        case open
        /// The program is gone: what is not in the pipe now will never be.
        case orphaned
        case ended(PipeError?)
    }

    private struct State {
        var lines: LineBuffer
        var source = Source.open
    }

    /// One wait for bytes. Only the loop's thread touches it.
    private final class Waiter: @unchecked Sendable {
        var isCancelled = false
        var continuation: CheckedContinuation<Void, Never>?

        func resume() {
            continuation?.resume()
            continuation = nil
        }
    }

    private let fd: CInt
    private let loop: EventLoop
    private let state: Locked<State>
    nonisolated(unsafe) private var waiter: Waiter?  // on the loop only

    /// - Parameters:
    ///   - fd: the reading end, non-blocking; the reader closes it.
    ///   - lineLimit: the longest line that is accepted, in bytes.
    public init(fd: CInt, lineLimit: Int, loop: EventLoop) {
        self.fd = fd
        self.loop = loop
        state = Locked(State(lines: LineBuffer(limit: lineLimit)))
    }

    deinit { close(fd) }

    public func makeAsyncIterator() -> Iterator { Iterator(reader: self) }

    /// The next line without its newline; nil after the last. See `Iterator.next`.
    public func next() async throws -> [UInt8]? {
        while true {
            let (line, isAtEnd) = try state.withLock { state throws(PipeError) -> ([UInt8]?, Bool) in
                if let line = try state.lines.next() { return (line, false) }
                guard case .ended(let error) = state.source else { return (nil, false) }
                if let error { throw error }
                return (state.lines.takeRest(), true)
            }
            if line != nil || isAtEnd { return line }
            try Task.checkCancellation()
            await fill()
        }
    }

    /// Returns when there are more bytes or the end, or when the task is cancelled.
    private func fill() async {
        let waiter = Waiter()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.execute { self.start(waiter, continuation) }
            }
        } onCancel: {
            loop.execute { self.cancel(waiter) }
        }
    }

    // MARK: on the loop

    private func start(_ new: Waiter, _ continuation: CheckedContinuation<Void, Never>) {
        precondition(waiter == nil, "a LineReader has one consumer")
        guard !new.isCancelled, !receive() else { return continuation.resume() }
        new.continuation = continuation
        waiter = new
        loop.watch(fd, events: .readable) { _ in if self.receive() { self.wake() } }
    }

    private func cancel(_ cancelled: Waiter) {
        cancelled.isCancelled = true
        if waiter === cancelled { wake() }
    }

    private func wake() {
        loop.unwatch(fd)
        waiter?.resume()
        waiter = nil
    }

    /// Reads once; false if nothing came but more may.
    private func receive() -> Bool {
        state.withLock { state in
            if case .ended = state.source { return true }
            let count = state.lines.receive(from: fd)
            if count > 0 { return true }
            switch (count, errno, state.source) {
            case (0, _, _), (_, EAGAIN, .orphaned): state.source = .ended(nil)
            case (_, EAGAIN, _), (_, EINTR, _): return false
            case (_, let code, _): state.source = .ended(PipeError(code: .system(code)))
            }
            return true
        }
    }

    /// Called when the program and its descendants are gone.
    func processEnded() {
        state.withLock { if case .open = $0.source { $0.source = .orphaned } }
        if waiter != nil, receive() { wake() }
    }
}
