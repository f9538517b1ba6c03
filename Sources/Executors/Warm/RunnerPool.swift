import EventLoop
import FOQUSModel

/// What a warm runner is kept for: it may serve any job with the same key.
struct RunnerKey: Sendable, Hashable {
    let user: UserName
    let simulationDirectory: String
    let fingerprint: String
    /// They hold for the runner's control group, so that other ones need another runner.
    let limits: JobLimits

    init(_ job: JobRun) {
        user = job.user
        simulationDirectory = job.simulationDirectory
        fingerprint = job.fingerprint
        limits = job.limits
    }
}

/// Which runners there are, and who may use or start one. Starts and ends none itself.
///
/// A runner, from before its start until after its end, holds one of a fixed number of slots.
actor RunnerPool {
    /// What a caller gets. Exactly one of `giveBack` and `free` must follow.
    enum Grant: Sendable {
        /// A runner with the key that was asked for.
        case warm(Runner)
        /// A free slot, to start a runner in.
        case slot
        /// A slot that is free once the caller has ended this runner.
        case slotAfter(Runner)
    }

    private struct Waiter {
        let id: Int
        let key: RunnerKey
        let continuation: CheckedContinuation<Grant?, Never>
    }

    private struct Idle {
        let runner: Runner
        let timer: TimerID
    }

    private let loop: EventLoop
    private let slots: Int
    private let idleTimeout: Duration
    private let expired: @Sendable (Runner) async -> Void
    private var used = 0
    /// The one that has been idle longest comes first.
    private var idle: [Idle] = []
    private var waiters: [Waiter] = []
    private var lastWaiter = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// - Parameter expired: ends a runner that was idle for `idleTimeout`; its slot is freed afterwards.
    init(
        slots: Int, idleTimeout: Duration, loop: EventLoop, expired: @escaping @Sendable (Runner) async -> Void
    ) {
        self.slots = slots
        self.idleTimeout = idleTimeout
        self.loop = loop
        self.expired = expired
    }

    /// Waits, first come first served, for a runner with this key or for a slot to start one in.
    func acquire(_ key: RunnerKey) async throws(RunnerFailure) -> Grant {
        if let grant = await grantNow(key) { return grant }
        lastWaiter += 1
        let id = lastWaiter
        let grant = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiters.append(Waiter(id: id, key: key, continuation: continuation))
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.abandon(id) } }
        }
        guard let grant else { throw .cancelled }
        return grant
    }

    /// Keeps a usable runner warm for the next job.
    func giveBack(_ runner: Runner) {
        if let waiter = waiters.first {
            waiters.removeFirst()
            waiter.continuation.resume(returning: waiter.key == runner.key ? .warm(runner) : .slotAfter(runner))
        } else {
            let timer = loop.addTimer(after: idleTimeout) {
                self.assumeIsolated { pool in pool.expire(runner) }
            }
            idle.append(Idle(runner: runner, timer: timer))
        }
    }

    /// A runner is gone, or never came to be.
    func free() {
        if let waiter = waiters.first {
            waiters.removeFirst()
            waiter.continuation.resume(returning: .slot)
        } else {
            used -= 1
        }
    }

    /// Takes all idle runners, for the caller to end. Their slots are free.
    func takeIdle() -> [Runner] {
        let runners = idle.map(\.runner)
        for entry in idle { loop.cancelTimer(entry.timer) }
        used -= idle.count
        idle = []
        return runners
    }

    private func grantNow(_ key: RunnerKey) async -> Grant? {
        if let index = idle.lastIndex(where: { $0.runner.key == key }) {
            let runner = take(index)
            return await runner.isUsable ? .warm(runner) : .slotAfter(runner)
        }
        if used < slots {
            used += 1
            return .slot
        }
        return idle.isEmpty ? nil : .slotAfter(take(0))
    }

    private func take(_ index: Int) -> Runner {
        let entry = idle.remove(at: index)
        loop.cancelTimer(entry.timer)
        return entry.runner
    }

    private func expire(_ runner: Runner) {
        guard let index = idle.firstIndex(where: { $0.runner === runner }) else { return }
        idle.remove(at: index)
        Task {
            await expired(runner)
            free()
        }
    }

    private func abandon(_ id: Int) {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return }
        waiters.remove(at: index).continuation.resume(returning: nil)
    }
}
