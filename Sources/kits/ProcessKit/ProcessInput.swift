public import EventLoop
import Glibc
import Threading

/// The standard input of a running program, or the writing end of another stream. When it is dropped the pipe is closed.
public final class ProcessInput: Sendable {
    private struct Pending {
        let bytes: [UInt8]
        var offset: Int
        let continuation: CheckedContinuation<Result<Void, PipeError>, Never>
    }

    private struct State {
        /// The writing end, non-blocking; -1 once closed.
        var fd: CInt
        /// In the order of the calls; the first one may be written in part.
        var pending: [Pending] = []
        var isClosing = false
    }

    private let state: Locked<State>
    private let loop: EventLoop

    /// - Parameter fd: the writing end, non-blocking; closed with the last byte or when this is dropped.
    public init(fd: CInt, loop: EventLoop) {
        self.loop = loop
        state = Locked(State(fd: fd))
    }

    deinit { state.withLock { if $0.fd >= 0 { Glibc.close($0.fd) } } }

    /// Writes all of `bytes`, after what was written before, and suspends while the pipe is full.
    ///
    /// Cancelling the task does not end it, as half a message helps nobody: stop the program instead.
    /// - Throws: `.closed` when the program reads no more.
    public func write(_ bytes: [UInt8]) async throws(PipeError) {
        let result: Result<Void, PipeError> = await withCheckedContinuation { continuation in
            let mustWatch = state.withLock { state in
                guard state.fd >= 0, !state.isClosing else {
                    continuation.resume(returning: .failure(PipeError(code: .closed)))
                    return false
                }
                state.pending.append(Pending(bytes: bytes, offset: 0, continuation: continuation))
                guard state.pending.count == 1 else { return false }
                Self.flush(&state)
                return !state.pending.isEmpty
            }
            if mustWatch { loop.execute { self.watch() } }
        }
        try result.get()
    }

    /// Ends the program's input once all is written. Does not wait for that.
    public func close() {
        state.withLock { state in
            state.isClosing = true
            if state.pending.isEmpty { Self.shut(&state) }
        }
    }

    /// Called when the program and its descendants are gone.
    func processEnded() {
        state.withLock { state in
            if !state.pending.isEmpty { loop.unwatch(state.fd) }
            Self.shut(&state)
        }
    }

    // MARK: on the loop

    private func watch() {
        state.withLock { state in
            guard state.fd >= 0, !state.pending.isEmpty else { return }
            loop.watch(state.fd, events: .writable) { _ in self.resume() }
        }
    }

    private func resume() {
        state.withLock { state in
            let fd = state.fd
            Self.flush(&state)
            if state.pending.isEmpty {
                loop.unwatch(fd)
                if state.isClosing { Self.shut(&state) }
            }
        }
    }

    // MARK: with the lock held

    /// Writes what the pipe takes. On an error all callers get it; the descriptor stays for `shut`.
    private static func flush(_ state: inout State) {
        while let first = state.pending.first {
            let count = first.bytes.withUnsafeBytes { bytes in
                Glibc.write(state.fd, bytes.baseAddress.map { $0 + first.offset }, bytes.count - first.offset)
            }
            if count < 0 && errno == EINTR { continue }
            if count < 0 && errno == EAGAIN { return }
            if count < 0 { return fail(&state, errno == EPIPE ? .closed : .system(errno)) }
            state.pending[0].offset += count
            if state.pending[0].offset == first.bytes.count {
                state.pending.removeFirst().continuation.resume(returning: .success(()))
            }
        }
    }

    private static func fail(_ state: inout State, _ code: PipeError.Code) {
        let pending = state.pending
        state.pending = []
        state.isClosing = true
        for write in pending { write.continuation.resume(returning: .failure(PipeError(code: code))) }
    }

    private static func shut(_ state: inout State) {
        fail(&state, .closed)
        if state.fd >= 0 { Glibc.close(state.fd) }
        state.fd = -1
    }
}
