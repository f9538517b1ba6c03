public import AWSClient
import FOQUSModel
public import Logging
public import Stores
import Threading

/// The worker's metrics in CloudWatch: namespace, names, dimensions, unit and running counters as in the contract
/// (cloud-protocol 2.8).
///
/// All that changed goes out in one call, the newest value of each series: a minute after a job ended, five minutes after
/// anything else, so that an idle worker makes a call in five minutes. What cannot be sent is sent later, with the value
/// of then: nothing is lost, as the counters run on.
public final class CloudWatchMetrics: Metrics {
    public static let namespace = "foqus-cloud-backend"
    private static let version = "2010-08-01"
    /// Of one call.
    private static let dataLimit = 1000

    private struct Series {
        var value = 0
        /// Of the value that CloudWatch has.
        var sent: Int?
    }

    private struct State {
        var series: [WorkerMetric: Series]
        var lastSent: Instant?
    }

    private let service: AWSService
    private let user: String
    private let instance: String
    private let time: any TimeSource
    private let logger: Logger
    private let interval: Duration
    private let idleInterval: Duration
    private let reports = RepeatFilter()
    private let state: Locked<State>

    /// - Parameters:
    ///   - service: `monitoring` in the worker's region.
    ///   - user: dimension `user_name`.
    ///   - instance: dimension `instance_id`.
    ///   - interval: between two calls while jobs end.
    ///   - idleInterval: between two calls while none does.
    public init(
        service: AWSService, user: String, instance: String, time: any TimeSource, logger: Logger,
        interval: Duration = .seconds(60), idleInterval: Duration = .seconds(300)
    ) {
        self.service = service
        self.user = user
        self.instance = instance
        self.time = time
        self.logger = logger
        self.interval = interval
        self.idleInterval = idleInterval
        // The contract's worker begins with a zero (2.2).
        state = Locked(State(series: [.queuePeek(.start): Series()]))
    }

    public func count(_ metric: WorkerMetric) { state.withLock { $0.series[metric, default: Series()].value += 1 } }

    /// Sends what is due until the task is cancelled, then all of the rest.
    public func run() async {
        while !Task.isCancelled {
            do { try await time.sleep(for: interval) } catch { break }
            if isDue { await flush() }
        }
        await Task { await flush() }.value
    }

    /// Sends what changed.
    public func flush() async {
        let now = time.now()
        let changed: [(metric: WorkerMetric, value: Int)] = state.withLock { state in
            state.series.filter { $0.value.sent != $0.value.value }.map { ($0.key, $0.value.value) }
        }
        let data = changed.sorted { Self.key($0.metric) < Self.key($1.metric) }
        for start in stride(from: 0, to: data.count, by: Self.dataLimit) {
            let part = data[start..<min(start + Self.dataLimit, data.count)]
            guard await send(Array(part), now) else { return }
        }
    }

    private var isDue: Bool {
        let now = time.instant()
        return state.withLock { state in
            let changed = state.series.filter { $0.value.sent != $0.value.value }.keys
            guard let last = state.lastSent, !changed.isEmpty else { return !changed.isEmpty }
            return changed.contains { if case .jobFinish = $0 { true } else { false } } || now - last >= idleInterval
        }
    }

    private func send(_ data: [(metric: WorkerMetric, value: Int)], _ now: Timestamp) async -> Bool {
        var parameters = [(name: "Namespace", value: Self.namespace)]
        for (index, datum) in data.enumerated() {
            let prefix = "MetricData.member.\(index + 1)."
            let (name, dimension) = Self.words(datum.metric)
            parameters += [
                (prefix + "MetricName", name), (prefix + "Unit", "Count"), (prefix + "Value", String(datum.value)),
                (prefix + "Timestamp", now.description),
            ]
            let dimensions = [("user_name", user), ("instance_id", instance), dimension]
            for (number, (name, value)) in dimensions.enumerated() {
                parameters += [
                    ("\(prefix)Dimensions.member.\(number + 1).Name", name),
                    ("\(prefix)Dimensions.member.\(number + 1).Value", value),
                ]
            }
        }
        do throws(AWSError) {
            _ = try await service.query("PutMetricData", version: Self.version, parameters)
        } catch {
            if reports.change(of: "metrics", to: error.code) != nil {
                logger.warning("metrics cannot be sent", ["reason": error])
            }
            return false
        }
        if reports.change(of: "metrics", to: nil) != nil { logger.notice("metrics are sent again") }
        let instant = time.instant()
        state.withLock { state in
            state.lastSent = instant
            for (metric, value) in data { state.series[metric]?.sent = value }
        }
        return true
    }

    /// The metric's name and its own dimension.
    private static func words(_ metric: WorkerMetric) -> (name: String, dimension: (String, String)) {
        switch metric {
        case .queuePeek(let peek): ("count_of_queue_peeks", ("state", peek.rawValue))
        case .jobFinish(let event): ("count_of_job_finish", ("event", event))
        }
    }

    private static func key(_ metric: WorkerMetric) -> String {
        let (name, dimension) = words(metric)
        return name + " " + dimension.1
    }
}
