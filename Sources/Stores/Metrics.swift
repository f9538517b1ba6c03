/// What a worker counts, by the words of the contract (cloud-protocol 2.8).
public enum WorkerMetric: Sendable, Hashable {
    /// Dimension `state` of `count_of_queue_peeks`.
    public enum Peek: String, Sendable, Hashable, CaseIterable {
        /// There was a message.
        case start
        /// There was none.
        case empty
    }

    case queuePeek(Peek)
    /// A job's way ended; `event` as `success.job` or `error.job.setup`.
    case jobFinish(event: String)
}

/// Takes what a worker counts. Never waits and never fails.
public protocol Metrics: Sendable {
    func count(_ metric: WorkerMetric)
}

/// Where nobody looks at metrics.
public struct NoMetrics: Metrics {
    public init() {}

    public func count(_ metric: WorkerMetric) {}
}
