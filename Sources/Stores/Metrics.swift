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

/// How a message's way through a worker ended.
public enum JobOutcome: String, Sendable, Hashable, CaseIterable {
    case success
    /// By the job's own fault, or after too many attempts.
    case error
    /// Killed by its user.
    case terminated
    /// Not run: the message or the job is not fit for it.
    case refused
    /// Not run to its end: it is finished already.
    case dropped
    /// Another worker has it.
    case leaseLost = "lease_lost"
    /// Back to the queue, not by the job's fault nor the machine's.
    case givenBack = "given_back"
    /// The machine failed; there will be another attempt.
    case retried
}

/// What operators watch of a worker, beside what the contract counts.
public enum WorkerObservation: Sendable, Hashable {
    /// A run has a slot; `waited` is the time since its message was sent.
    case jobStarted(waited: Duration)
    /// `ran` is nil when it never had a slot.
    case jobEnded(JobOutcome, ran: Duration?)
    /// Attempts of which everything is out.
    case delivered(Int)
    /// A call for messages brought some.
    case polled
    case leasesRenewed(Int)
    case leasesLost(Int)
    case renewalFailed
    case pollFailed
    /// A round of deliveries or a file that must be tried again.
    case deliveryFailed
}

/// Takes what a worker counts. Never waits and never fails.
public protocol Metrics: Sendable {
    func count(_ metric: WorkerMetric)
    func observe(_ observation: WorkerObservation)
}

extension Metrics {
    public func observe(_ observation: WorkerObservation) {}
}

/// Counts for two who look.
public struct BothMetrics: Metrics {
    private let first: any Metrics
    private let second: any Metrics

    public init(_ first: any Metrics, _ second: any Metrics) {
        self.first = first
        self.second = second
    }

    public func count(_ metric: WorkerMetric) {
        first.count(metric)
        second.count(metric)
    }

    public func observe(_ observation: WorkerObservation) {
        first.observe(observation)
        second.observe(observation)
    }
}

/// Told of each call of a peer: a service of AWS, or a store of the machine. Never waits and never fails.
public protocol CallObserver: Sendable {
    /// - Parameters:
    ///   - service: as `sqs` or `queue`.
    ///   - operation: as `ReceiveMessage` or `receive`.
    ///   - failure: the error's code; nil when the call succeeded.
    func called(_ service: String, _ operation: String, took duration: Duration, failure: String?)
}

/// Where nobody looks at metrics.
public struct NoMetrics: Metrics {
    public init() {}

    public func count(_ metric: WorkerMetric) {}
}
