public import EventLoop
import Threading

extension EventLoop {
    /// What is wrong with a program when its loop does not come around, or `other` does not return, for long.
    public func problems(_ other: @escaping @Sendable () async -> Void = {}) async -> [String] {
        await turns(within: .seconds(5), other) ? [] : ["the event loop does not turn"]
    }

    /// Whether the loop comes around, and `other` returns, within this time.
    func turns(within limit: Duration, _ other: @escaping @Sendable () async -> Void = {}) async -> Bool {
        // Not a group: it would wait for a loop that never turns.
        await withCheckedContinuation { continuation in
            let first = Once(continuation)
            Task {
                await turn()
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
