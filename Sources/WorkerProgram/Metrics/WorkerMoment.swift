import FOQUSModel
import MetricsKit
import WorkerEngine

/// How a worker stands at one moment.
struct WorkerMoment: Sendable {
    let status: WorkerStatus
    /// Jobs that wait on the queue; nil where asking costs a call.
    let queued: Int?
    /// Bytes free for the state directory; nil when that cannot be told.
    let freeBytes: UInt64?
    /// Log entries that the journal did not take.
    let lostEntries: Int
    /// Why it takes no jobs; empty when it does.
    let reasonsNotReady: [String]
}

/// The gauges among a worker's metrics.
struct StatusGauges: Sendable {
    private let slots: Gauge
    private let busy: Gauge
    private let waiting: Gauge
    private let queued: Gauge
    private let leases: Gauge
    private let outbox: Gauge
    private let outboxAge: Gauge
    private let sincePoll: Gauge
    private let draining: Gauge
    private let ready: Gauge
    private let free: Gauge
    private let lost: Counter

    init(_ registry: MetricRegistry) {
        slots = registry.gauge("foqus_worker_slots", "Jobs that may run at a time.").only
        busy = registry.gauge("foqus_worker_slots_busy", "Jobs that run.").only
        waiting = registry.gauge("foqus_worker_jobs_fetched", "Jobs in hand that have no slot yet.").only
        queued =
            registry.gauge(
                "foqus_worker_queue_jobs", "Jobs that wait on the queue of an embedded store."
            ).only
        leases = registry.gauge("foqus_worker_leases_held", "Leases that are renewed.").only
        outbox = registry.gauge("foqus_worker_outbox_attempts", "Ended attempts that are not all delivered.").only
        outboxAge =
            registry.gauge(
                "foqus_worker_outbox_oldest_seconds", "How long the oldest of them has waited; 0 for none.",
                unit: .seconds
            ).only
        sincePoll =
            registry.gauge(
                "foqus_worker_since_poll_seconds", "Since the last answered call for messages.", unit: .seconds
            ).only
        draining = registry.gauge("foqus_worker_draining", "1 while the worker takes no new jobs.").only
        ready = registry.gauge("foqus_worker_ready", "1 when the worker takes jobs, as /readyz says.").only
        free =
            registry.gauge(
                "foqus_worker_state_free_bytes", "Free space for the state directory.", unit: .bytes
            ).only
        lost =
            registry.counter(
                "foqus_worker_log_entries_lost", "Log entries that the systemd journal did not take."
            ).only
    }

    func show(_ moment: WorkerMoment) {
        let status = moment.status
        slots.set(status.slots)
        busy.set(status.running)
        waiting.set(status.fetched)
        if let count = moment.queued { queued.set(count) }
        leases.set(status.leases)
        outbox.set(status.outbox)
        outboxAge.set(status.outboxAge.inSeconds)
        sincePoll.set(status.sincePoll.inSeconds)
        draining.set(status.isDraining)
        ready.set(moment.reasonsNotReady.isEmpty)
        if let bytes = moment.freeBytes { free.set(Double(bytes)) }
        lost.reach(Double(moment.lostEntries))
    }
}
