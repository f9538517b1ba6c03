import Glibc

/// Threads for calls that block (file I/O, scrypt, flock), so that Swift's cooperative pool never does.
///
/// Threads are started when work waits and end after `idleSeconds` without any, so an idle program holds none.
public final class BlockingPool: @unchecked Sendable {
    private struct State {
        var work: [@Sendable () -> Void] = []
        var head = 0
        var threads = 0
        var idle = 0
    }

    private let name: String
    private let limit: Int
    private let idleSeconds: Int
    private let mutex: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
    private let available: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)
    private var state = State()

    /// - Parameters:
    ///   - limit: the most threads at a time.
    ///   - idleSeconds: how long a thread waits for more work before it ends.
    public init(name: String, limit: Int, idleSeconds: Int = 5) {
        precondition(limit > 0)
        self.name = name
        self.limit = limit
        self.idleSeconds = idleSeconds
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(available, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    // The threads hold the pool, so none is waiting here any more.
    deinit {
        pthread_cond_destroy(available)
        pthread_mutex_destroy(mutex)
        available.deallocate()
        mutex.deallocate()
    }

    /// Runs `body` on a thread of the pool and suspends the caller until it is done.
    public func run<Result: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let outcome: Swift.Result<Result, Failure> = await withCheckedContinuation { continuation in
            submit {
                do throws(Failure) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try outcome.get()
    }

    /// Queues `body` without waiting for it.
    public func submit(_ body: @escaping @Sendable () -> Void) {
        pthread_mutex_lock(mutex)
        state.work.append(body)
        let mustStart = state.work.count - state.head > state.idle && state.threads < limit
        if mustStart { state.threads += 1 } else { pthread_cond_signal(available) }
        pthread_mutex_unlock(mutex)
        if mustStart { WorkThread.start(name: name) { self.serve() } }
    }

    private func serve() {
        pthread_mutex_lock(mutex)
        while true {
            if let body = next() {
                pthread_mutex_unlock(mutex)
                body()
                pthread_mutex_lock(mutex)
                continue
            }
            var deadline = timespec()
            clock_gettime(CLOCK_MONOTONIC, &deadline)
            deadline.tv_sec += idleSeconds
            state.idle += 1
            let code = pthread_cond_timedwait(available, mutex, &deadline)
            state.idle -= 1
            if code == ETIMEDOUT && state.head == state.work.count {
                state.threads -= 1
                pthread_mutex_unlock(mutex)
                return
            }
        }
    }

    /// The oldest waiting work. Call with the mutex held.
    private func next() -> (@Sendable () -> Void)? {
        guard state.head < state.work.count else { return nil }
        let body = state.work[state.head]
        state.head += 1
        if state.head == state.work.count {
            state.work.removeAll(keepingCapacity: true)
            state.head = 0
        } else if state.head >= 1024 {
            state.work.removeFirst(state.head)
            state.head = 0
        }
        return body
    }
}
