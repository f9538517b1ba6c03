public import FOQUSModel
public import MetricsKit
public import Stores
import Threading

/// What a gateway exports. docs/monitoring.md explains each metric.
public final class GatewayMetrics: Sendable {
    private let requests: Family<Counter>
    private let requestTimes: Family<Histogram>
    private let notifications: Family<Counter>
    private let isProcessor: Gauge
    private let lag: Gauge
    private let deadLetters: Counter
    private let queue: Family<Gauge>
    /// When the oldest notification in hand was published.
    private let oldest = Locked<Timestamp?>(nil)

    private static let buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// Makes the metrics in the registry.
    public init(_ registry: MetricRegistry) {
        requests = registry.counter(
            "foqus_gateway_requests", "Answered requests.", labels: ["method", "route", "status"])
        requestTimes = registry.histogram(
            "foqus_gateway_request_seconds", "How long answers took.", unit: .seconds, labels: ["route"],
            buckets: Self.buckets)
        notifications = registry.counter(
            "foqus_gateway_notifications", "Changes that notifications asked for, by what became of them.",
            labels: ["result"])
        isProcessor =
            registry.gauge(
                "foqus_gateway_processor", "1 when this gateway is the one that processes notifications."
            ).only
        lag =
            registry.gauge(
                "foqus_gateway_processor_lag_seconds",
                "How old the oldest notification in processing is; 0 when none is.", unit: .seconds
            ).only
        deadLetters = registry.counter("foqus_gateway_dead_letters", "Jobs given up after too many attempts.").only
        queue = registry.gauge("foqus_gateway_queue_messages", "Messages of the job queue.", labels: ["state"])
        for result in ["applied", "repeated", "refused", "unknown", "unreadable"] { _ = notifications.with(result) }
    }

    /// Brings the gauges up to date.
    ///
    /// - Parameter statistics: nil when the queue cannot be asked; then its old numbers stay.
    public func show(_ statistics: QueueStatistics?, now: Timestamp) {
        lag.set(oldest.withLock { $0 }.map { max(0, (now - $0).inSeconds) } ?? 0)
        guard let statistics else { return }
        queue.with("available").set(statistics.available)
        queue.with("delayed").set(statistics.delayed)
        queue.with("in_flight").set(statistics.inFlight)
        queue.with("dead").set(statistics.dead)
    }

    /// - Parameter route: its pattern, as `/session/{id}`; nil where there is none.
    func answered(_ method: String, _ route: String?, status: Int, took duration: Duration) {
        // Anybody may send any word as a method.
        let method =
            Route.Method(rawValue: method)?.rawValue ?? (method == "HEAD" || method == "OPTIONS" ? method : "other")
        let route = route ?? "none"
        requests.with(method, route, "\(status)").add()
        requestTimes.with(route).observe(duration.inSeconds)
    }

    func processing(_ isOn: Bool) { isProcessor.set(isOn) }

    /// A batch is in hand; nil: it is done.
    func inHand(since oldest: Timestamp?) { self.oldest.withLock { $0 = oldest } }

    func applied(_ outcome: UpdateOutcome) {
        let word =
            switch outcome {
            case .applied: "applied"
            case .repeated: "repeated"
            case .refused: "refused"
            case .unknown: "unknown"
            }
        notifications.with(word).add()
    }

    func passedOver(_ count: Int) { notifications.with("unreadable").add(count) }

    func gaveUp(_ count: Int) { deadLetters.add(count) }
}
