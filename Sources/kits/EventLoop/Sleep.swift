extension EventLoop {
    /// One call of `sleep`. Only the loop's thread touches it.
    private final class Sleeper: @unchecked Sendable {
        private enum State {
            case new
            case sleeping(CheckedContinuation<Void, any Error>, TimerID)
            case done
        }
        private var state = State.new

        func start(_ loop: EventLoop, for duration: Duration, _ continuation: CheckedContinuation<Void, any Error>) {
            guard case .new = state else { return continuation.resume(throwing: CancellationError()) }
            let timer = loop.addTimer(
                after: duration, action: { self.finish(.success(())) },
                abandon: { self.finish(.failure(CancellationError())) })
            state = .sleeping(continuation, timer)
        }

        func cancel(_ loop: EventLoop) {
            if case .sleeping(_, let timer) = state { loop.cancelTimer(timer) }
            finish(.failure(CancellationError()))
        }

        private func finish(_ result: Result<Void, any Error>) {
            if case .sleeping(let continuation, _) = state { continuation.resume(with: result) }
            state = .done
        }
    }

    /// Suspends the calling task for `duration`, from any thread; no thread waits.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled or the loop is stopped.
    public func sleep(for duration: Duration) async throws {
        let sleeper = Sleeper()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                execute { sleeper.start(self, for: duration, continuation) }
            }
        } onCancel: {
            execute { sleeper.cancel(self) }
        }
    }

    /// Returns when the loop has come around: for those who watch whether it does.
    public func turn() async { try? await sleep(for: .milliseconds(1)) }
}
