import Configuration
import EventLoop
import FOQUSModel
import FileKit
import JSONKit
import Logging
import MetricsKit
import Monitoring
import Stores
import Threading
import WorkerEngine

/// What those who watch the worker are told.
struct WorkerWatch: Sendable {
    let registry: MetricRegistry
    let meters: WorkerMeters
    let process: ProcessMeters
    let engine: WorkerEngine
    let loop: EventLoop
    /// Messages on the queue; nil where asking costs money.
    let queueDepth: (@Sendable () async -> Int?)?
    let stateDirectory: String
    let logger: Logger
    private static let pool = BlockingPool(name: "watch", limit: 1, idleSeconds: 1)

    var subject: MonitoringServer.Subject {
        MonitoringServer.Subject(
            registry: registry, refresh: { await refresh() }, problems: { await problems() },
            reasonsNotReady: { await reasonsNotReady(await engine.status) }, status: { await status() })
    }

    /// Work beside the worker's.
    func companions(_ settings: MetricsSettings) -> [@Sendable () async -> Void] {
        guard let path = settings.textfile else { return [] }
        let exporter = TextfileExporter(
            path: path, counters: settings.counters, registry: registry, refresh: { await refresh() },
            time: SystemTime(), logger: logger)
        return [{ await exporter.run() }]
    }

    private func refresh() async {
        let status = await engine.status
        let (process, directory) = (process, stateDirectory)
        let free = await Self.pool.run {
            process.refresh()
            return try? DiskSpace.available(directory)
        }
        meters.show(
            WorkerMoment(
                status: status, queued: await queueDepth?(), freeBytes: free.map(UInt64.init),
                lostEntries: logger.lostEntries, reasonsNotReady: await reasonsNotReady(status)))
    }

    /// Why the worker is not alive: what the watchdog of systemd would not be fed for.
    private func problems() async -> [String] {
        await loop.problems { await engine.answer() }
            + engine.progress.overdue().map { "\($0.part.rawValue) is overdue by \(Int($0.by.inSeconds)) s" }
    }

    private func reasonsNotReady(_ status: WorkerStatus) async -> [String] {
        var reasons: [String] = []
        if status.isDraining { reasons.append("draining: no new jobs are taken") }
        if let problem = status.pollProblem { reasons.append("no jobs can be received: \(problem)") }
        if let problem = await engine.journalProblem { reasons.append("the journal cannot be written: \(problem)") }
        return reasons
    }

    /// For `foqus-service status`.
    private func status() async -> JSON {
        let status = await engine.status
        let queued = await queueDepth?()
        return [
            "version": .string(Version.current), "consumer": .string("\(engine.consumer)"),
            "phase": status.isDraining ? "draining" : "polling", "slots": .int(Int64(status.slots)),
            "busy": .int(Int64(status.running)), "queued": queued.map { .int(Int64($0)) } ?? .null,
            "outbox": .int(Int64(status.outbox)), "finished": .int(Int64(status.finished)),
            "jobs": .array(await engine.jobs.map { .string($0.description) }),
            "lastJob": status.lastJob.map { last in
                [
                    "id": .string(last.id.description), "state": .string(last.outcome.rawValue),
                    "ended": .string(last.ended.description),
                ]
            } ?? .null,
        ]
    }
}
