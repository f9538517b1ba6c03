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

    init(_ process: RunningProcess, loop: EventLoop, grace: Duration) {
        self.process = process
        self.loop = loop
        self.grace = grace
    }

    /// Returns when the process and all its descendants are gone.
    func result(timeout: Duration?) async -> (ProcessResult, Interruption?) {
        let timer = timeout.map { timeout in
            Task {
                try await loop.sleep(for: timeout)
                await stop(.timeout)
            }
        }
        defer { timer?.cancel() }
        let result = await withTaskCancellationHandler {
            await process.result()
        } onCancel: {
            Task { await stop(.cancelled) }
        }
        return (result, interruption.withLock { $0 })
    }

    /// The first reason counts.
    private func stop(_ reason: Interruption) async {
        interruption.withLock { $0 = $0 ?? reason }
        await process.stop(grace: grace)
    }
}
