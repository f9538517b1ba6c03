import FOQUSModel
import FileKit
import Logging
import MetricsKit
import Stores
import TestSupport
import Testing
import Threading

@testable import Monitoring

@Suite(.timeLimit(.minutes(1))) struct TextfileTests {
    private let registry = MetricRegistry()
    private let log = RecordingSink()

    private func exporter(_ path: String, _ counters: [String], _ refresh: @escaping @Sendable () async -> Void = {})
        -> TextfileExporter
    {
        TextfileExporter(
            path: path, counters: counters, registry: registry, refresh: refresh, time: SystemTime(),
            logger: Logger(label: "", sink: log))
    }

    private func read(_ path: String) -> String {
        (try? File.read(path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    @Test func chosenMetricsAreWrittenAtTheStartAndTheEnd() async throws {
        try await withTemporaryDirectory { directory in
            let path = Path.join(directory, "foqus.prom")
            let jobs = registry.counter("jobs", "Jobs.").only
            registry.gauge("other", "Other.").only.set(1)
            let task = Task { [exporter = exporter(path, ["jobs_total", "absent"])] in await exporter.run() }
            try await eventually { read(path) == "# TYPE jobs_total counter\n# HELP jobs_total Jobs.\njobs_total 0\n" }
            jobs.add(5)
            task.cancel()
            await task.value
            #expect(read(path).hasSuffix("\njobs_total 5\n"))
            #expect(try Directory.list(directory).map(\.name) == ["foqus.prom"])
            #expect(log.entries.map { $0.metadata["metric"]?.description } == ["absent"])
        }
    }

    @Test func aFileThatCannotBeWrittenIsReportedOnce() async throws {
        let refreshes = Locked(0)
        let task = Task { [exporter = exporter("/nowhere/foqus.prom", [], { refreshes.withLock { $0 += 1 } })] in
            await exporter.run()
        }
        try await eventually { log.messages == ["metrics cannot be written; see [metrics] textfile"] }
        task.cancel()
        await task.value
        #expect(refreshes.withLock { $0 } == 2)
        #expect(log.messages.count == 1)
    }
}

@Suite struct ProcessMetersTests {
    @Test func theKernelsNumbersAreRead() {
        let registry = MetricRegistry()
        let meters = ProcessMeters(registry)
        meters.refresh()
        var values: [String: Double] = [:]
        for line in registry.exposition(.prometheusText).split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ")
            values[String(words[0])] = Double(words[1].replacing("+Inf", with: "inf"))
        }
        #expect(values.count == 6)
        #expect(values["process_resident_memory_bytes"]! > 1_048_576)
        #expect(values["process_virtual_memory_bytes"]! > values["process_resident_memory_bytes"]!)
        #expect(values["process_open_fds"]! >= 3)
        #expect(values["process_max_fds"]! >= values["process_open_fds"]!)
        // 2024; a boot time in other units would lie far off.
        #expect(values["process_start_time_seconds"]! > 1_700_000_000)
        #expect(values["process_start_time_seconds"]! <= Double(SystemTime().now().milliseconds) / 1000)
        #expect(values["process_cpu_seconds_total"]! >= 0)
    }
}
