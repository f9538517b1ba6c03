import EventLoop
import ProcessKit
import Threading

/// Waits for a process, and ends it when its time is over or the task is cancelled.
struct ProcessWatch: Sendable {
    /// Why a process was stopped.
    enum Interruption: Sendable, Equatable {
        case timeout, cancelled
    }

    private let process: RunningProcess
    private let loop: EventLoop
    private let grace: Duration
    private let interruption = Locked<Interruption?>(nil)
    private let timer = Locked<TimerID?>(nil)

    init(_ process: RunningProcess, loop: EventLoop, grace: Duration) {
        self.process = process
        self.loop = loop
        self.grace = grace
    }

    /// Returns when the process and all its descendants are gone.
    func result(timeout: Duration?) async -> (ProcessResult, Interruption?) {
        if let timeout { start(timeout) }
        let result = await withTaskCancellationHandler {
            await process.result()
        } onCancel: {
            stop(.cancelled)
        }
        if timeout != nil { loop.execute { timer.withLock { $0 }.map(loop.cancelTimer) } }
        return (result, interruption.withLock { $0 })
    }

    /// A timer of the loop and no sleeping task, as most processes end long before.
    private func start(_ timeout: Duration) {
        loop.execute {
            let id = loop.addTimer(after: timeout) { stop(.timeout) }
            timer.withLock { $0 = id }
        }
    }

    /// The first reason counts.
    private func stop(_ reason: Interruption) {
        interruption.withLock { $0 = $0 ?? reason }
        Task { await process.stop(grace: grace) }
    }
}
