public import EventLoop
import Threading

extension EventLoop {
    /// Whether the loop comes around, and `other` returns, within this time.
    public func turns(within limit: Duration, _ other: @escaping @Sendable () async -> Void = {}) async -> Bool {
        // Not a group: it would wait for a loop that never turns.
        await withCheckedContinuation { continuation in
            let first = Once(continuation)
            Task {
                try? await sleep(for: .milliseconds(1))
                await other()
                first.resume(true)
            }
            Task {
                try? await Task.sleep(for: limit)
                first.resume(false)
            }
        }
    }
}

/// Resumes with what comes first.
private final class Once: Sendable {
    private let continuation: Locked<CheckedContinuation<Bool, Never>?>

    init(_ continuation: CheckedContinuation<Bool, Never>) { self.continuation = Locked(continuation) }

    func resume(_ value: Bool) { continuation.withLock { $0.take() }?.resume(returning: value) }
}
