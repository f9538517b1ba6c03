import FOQUSModel
import MetricsKit
import Stores

/// What a worker exports. docs/monitoring.md explains each metric.
final class WorkerMeters: Metrics, CallObserver {
    private let polls: Family<Counter>
    private let pollFailures: Counter
    private let received: Counter
    private let jobs: Family<Counter>
    private let contractEnds: Family<Counter>
    private let runs: Family<Histogram>
    private let waits: Histogram
    private let leasesRenewed: Counter
    private let leasesLost: Counter
    private let renewalFailures: Counter
    private let delivered: Counter
    private let deliveryFailures: Counter
    private let calls: Family<Histogram>
    private let callFailures: Family<Counter>
    private let gauges: StatusGauges

    /// From a run of a few milliseconds to one of hours, in seconds.
    static let runBuckets = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600, 1800, 3600, 14_400]
    static let waitBuckets = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 300, 1800, 7200, 43_200]
    static let callBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30]

    /// Makes the metrics in the registry.
    init(_ registry: MetricRegistry) {
        polls = registry.counter(
            "foqus_worker_polls", "Answered calls for messages, by what they found.", labels: ["result"])
        pollFailures = registry.counter("foqus_worker_poll_failures", "Calls for messages that failed.").only
        received = registry.counter("foqus_worker_messages_received", "Messages taken off the queue.").only
        jobs = registry.counter(
            "foqus_worker_jobs", "Messages taken to their end, by how it ended.", labels: ["outcome"])
        contractEnds = registry.counter(
            "foqus_worker_job_events", "Ends of jobs by the words of the cloud's contract.", labels: ["event"])
        runs = registry.histogram(
            "foqus_worker_job_run_seconds", "How long runs took, from slot to end.", unit: .seconds,
            labels: ["outcome"], buckets: Self.runBuckets)
        waits =
            registry.histogram(
                "foqus_worker_job_wait_seconds", "How long jobs waited, from submission to slot.", unit: .seconds,
                buckets: Self.waitBuckets
            ).only
        leasesRenewed = registry.counter("foqus_worker_leases_renewed", "Renewals of leases.").only
        leasesLost = registry.counter("foqus_worker_leases_lost", "Leases that another worker got.").only
        renewalFailures =
            registry.counter(
                "foqus_worker_lease_renewal_failures", "Calls to renew leases that failed."
            ).only
        delivered = registry.counter("foqus_worker_delivered", "Attempts of which everything is delivered.").only
        deliveryFailures =
            registry.counter(
                "foqus_worker_delivery_failures", "Deliveries that failed and are tried again."
            ).only
        calls = registry.histogram(
            "foqus_worker_call_seconds", "How long calls of stores and services took, each attempt by itself.",
            unit: .seconds, labels: ["service", "operation"], buckets: Self.callBuckets)
        callFailures = registry.counter(
            "foqus_worker_call_failures", "Calls of stores and services that failed.",
            labels: ["service", "operation", "code"])
        gauges = StatusGauges(registry)
        // Series that are watched for their growth are there from the beginning.
        for result in ["empty", "messages"] { _ = polls.with(result) }
        for outcome in JobOutcome.allCases { _ = jobs.with(outcome.rawValue) }
    }

    func count(_ metric: WorkerMetric) {
        switch metric {
        case .queuePeek(.empty): polls.with("empty").add()
        case .queuePeek(.start): received.add()
        case .jobFinish(let event): contractEnds.with(event).add()
        }
    }

    func observe(_ observation: WorkerObservation) {
        switch observation {
        case .polled: polls.with("messages").add()
        case .pollFailed: pollFailures.add()
        case .jobStarted(let waited): waits.observe(max(0, waited.inSeconds))
        case .jobEnded(let outcome, let ran):
            jobs.with(outcome.rawValue).add()
            if let ran { runs.with(outcome.rawValue).observe(ran.inSeconds) }
        case .delivered(let count): delivered.add(count)
        case .deliveryFailed: deliveryFailures.add()
        case .leasesRenewed(let count): leasesRenewed.add(count)
        case .leasesLost(let count): leasesLost.add(count)
        case .renewalFailed: renewalFailures.add()
        }
    }

    func called(_ service: String, _ operation: String, took duration: Duration, failure: String?) {
        calls.with(service, operation).observe(duration.inSeconds)
        if let failure { callFailures.with(service, operation, failure).add() }
    }

    /// Brings what is no count up to date.
    func show(_ moment: WorkerMoment) { gauges.show(moment) }
}
