import FileKit
import Glibc
import Stores
import Threading

/// A lock on a file (flock), which the kernel releases with the process, however that ends.
///
/// A thread of its own waits in flock(2), so that nobody has to ask again and again.
final class EmbeddedProcessorLock: ProcessorLock {
    private enum State {
        case free
        /// A thread waits for the lock; the callers wait for the thread.
        case waiting([Int: CheckedContinuation<Void, any Error>])
        /// This process is the processor as long as the descriptor is open.
        case held(descriptor: CInt)
    }

    private struct Callers {
        var state = State.free
        var nextCaller = 0
        /// Cancelled before they began to wait.
        var cancelled: Set<Int> = []
    }

    private let path: String
    private let callers = Locked(Callers())

    init(path: String) { self.path = path }

    func acquire() async throws {
        let caller = callers.withLock { callers in
            callers.nextCaller += 1
            return callers.nextCaller
        }
        defer { callers.withLock { _ = $0.cancelled.remove(caller) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wait($0, as: caller) }
        } onCancel: {
            cancel(caller)
        }
    }

    private func wait(_ continuation: CheckedContinuation<Void, any Error>, as caller: Int) {
        enum Step { case done, cancelled, wait, start }
        let step: Step = callers.withLock { callers in
            if callers.cancelled.remove(caller) != nil { return .cancelled }
            switch callers.state {
            case .held: return .done
            case .waiting(var waiting):
                waiting[caller] = continuation
                callers.state = .waiting(waiting)
                return .wait
            case .free:
                callers.state = .waiting([caller: continuation])
                return .start
            }
        }
        switch step {
        case .done: continuation.resume()
        case .cancelled: continuation.resume(throwing: CancellationError())
        case .wait: break
        case .start: WorkThread.start(name: "processor-lock") { self.lock() }
        }
    }

    private func cancel(_ caller: Int) {
        let continuation: CheckedContinuation<Void, any Error>? = callers.withLock { callers in
            guard case .waiting(var waiting) = callers.state, let continuation = waiting.removeValue(forKey: caller)
            else {
                callers.cancelled.insert(caller)
                return nil
            }
            callers.state = .waiting(waiting)
            return continuation
        }
        continuation?.resume(throwing: CancellationError())
    }

    /// Waits for the lock on its own thread and hands it over. Nobody may want it any more by then.
    private func lock() {
        let result = Result { () throws(FileError) in try Self.lockFile(path) }
        let waiting: [CheckedContinuation<Void, any Error>] = callers.withLock { callers in
            guard case .waiting(let waiting) = callers.state else { return [] }
            if case .success(let descriptor) = result, !waiting.isEmpty {
                callers.state = .held(descriptor: descriptor)
            } else {
                callers.state = .free
            }
            return Array(waiting.values)
        }
        switch result {
        case .success(let descriptor):
            if waiting.isEmpty { close(descriptor) }
            for continuation in waiting { continuation.resume() }
        case .failure(let error):
            let error = StoreError(error, "become the notification processor")
            for continuation in waiting { continuation.resume(throwing: error) }
        }
    }

    private static func lockFile(_ path: String) throws(FileError) -> CInt {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw FileError(code: errno, operation: "open", path: path) }
        while flock(descriptor, LOCK_EX) != 0 {
            let code = errno
            if code == EINTR { continue }
            close(descriptor)
            throw FileError(code: code, operation: "lock", path: path)
        }
        return descriptor
    }

    func release() async { releaseNow() }

    func releaseNow() {
        let descriptor: CInt? = callers.withLock { callers in
            guard case .held(let descriptor) = callers.state else { return nil }
            callers.state = .free
            return descriptor
        }
        if let descriptor { close(descriptor) }
    }
}
