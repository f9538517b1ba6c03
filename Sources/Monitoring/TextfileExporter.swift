import FileKit
public import Logging
public import MetricsKit
public import Stores
import Threading

/// Writes metrics to a file again and again, for a collector that reads files, such as the textfile collector of the
/// Prometheus node exporter. Readers see a whole file each time.
public struct TextfileExporter: Sendable {
    private static let interval = Duration.seconds(15)

    private let path: String
    private let counters: Set<String>?
    private let registry: MetricRegistry
    private let refresh: @Sendable () async -> Void
    private let time: any TimeSource
    private let logger: Logger
    private let pool = BlockingPool(name: "textfile", limit: 1, idleSeconds: 1)

    /// - Parameters:
    ///   - path: ends with `.prom` for the node exporter.
    ///   - counters: names of metrics, with or without `_total`; empty for all.
    ///   - refresh: brings gauges up to date.
    public init(
        path: String, counters: [String], registry: MetricRegistry, refresh: @escaping @Sendable () async -> Void,
        time: any TimeSource, logger: Logger
    ) {
        self.path = path
        self.registry = registry
        self.refresh = refresh
        self.time = time
        self.logger = logger
        let wanted = counters.map { name in
            ["_total", "_info", "_bucket", "_sum", "_count"].first { name.hasSuffix($0) }
                .map { String(name.dropLast($0.count)) } ?? name
        }
        let known = Set(registry.names)
        for (name, family) in zip(counters, wanted) where !known.contains(family) {
            logger.warning(
                "no such metric; see docs/monitoring.md", ["metric": name, "setting": "[metrics] counters"])
        }
        self.counters = counters.isEmpty ? nil : Set(wanted)
    }

    /// Writes until the task is cancelled, and a last time then.
    public func run() async {
        let reports = RepeatFilter()
        var isOver = false
        while !isOver {
            // Looked at before the file is written, so that the last one holds the end.
            isOver = Task.isCancelled
            await write(reports)
            if !isOver { try? await time.sleep(for: Self.interval) }
        }
    }

    private func write(_ reports: RepeatFilter) async {
        await refresh()
        let text = registry.exposition(.prometheusText) { counters?.contains($0) ?? true }
        do throws(FileError) {
            try await pool.run { () throws(FileError) in try File.writeAtomically(Array(text.utf8), to: path) }
            _ = reports.change(of: "textfile", to: nil)
        } catch {
            if reports.change(of: "textfile", to: error.description) != nil {
                logger.warning("metrics cannot be written; see [metrics] textfile", ["reason": error])
            }
        }
    }
}
