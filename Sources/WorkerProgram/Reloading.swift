import Configuration
import Executors
import JournalEvents
import Logging
import Settings
import SystemdKit
import WorkerEngine

/// Takes changed settings over while the worker runs, for the jobs that begin from then on.
actor Reloading {
    /// Those of `[worker]` that a running worker can change.
    private static let liveKeys: Set<String> = [
        "users", "slots", "lease", "long_poll", "job_timeout", "drain_timeout", "keepalive", "cancel_poll",
        "fetch_ahead",
        "retry_delay", "output_limit", "log_level", "job_memory", "job_tasks", "job_cpu", "job_network",
    ]

    private struct Name: Hashable, Comparable {
        let section: String
        let key: String

        static func < (a: Name, b: Name) -> Bool { (a.section, a.key) < (b.section, b.key) }

        var isLive: Bool {
            section.hasPrefix("application.") || section.hasPrefix("simulation.")
                || section == "worker" && Reloading.liveKeys.contains(key)
        }
        /// The gateway's, for which this program has no use.
        var isForeign: Bool { section == "gateway" || section == "metrics" && key.hasPrefix("gateway") }
    }

    private let load: @Sendable () async throws -> FOQUSSettings
    private let engine: WorkerEngine
    private let executors: ExecutorRegistry
    private let applications: Applications
    private let logger: Logger
    private var settings: FOQUSSettings
    /// As the worker goes by them.
    private var values: [Name: String]

    /// - Parameter load: reads the settings anew, from where they came at the start.
    init(
        of settings: FOQUSSettings, load: @escaping @Sendable () async throws -> FOQUSSettings, engine: WorkerEngine,
        executors: ExecutorRegistry, applications: Applications, logger: Logger
    ) {
        self.settings = settings
        self.load = load
        self.engine = engine
        self.executors = executors
        self.applications = applications
        self.logger = logger
        values = Self.values(of: settings)
    }

    /// The drain timeout that is in force.
    var drainTimeout: Duration { settings.worker.drainTimeout }

    func reload() async {
        let new: FOQUSSettings
        do {
            new = try await load()
        } catch {
            logger.error(
                "the settings are not taken over, the ones before stay in force", ["reason": "\(error)"],
                event: JournalEvent.settingsRefused)
            return
        }
        let found = Self.values(of: new)
        let changed = Set(found.keys).union(values.keys).filter { found[$0] != values[$0] && !$0.isForeign }.sorted()
        let taken = changed.filter(\.isLive)
        for name in changed where !name.isLive {
            logger.warning(
                "a changed setting needs a restart",
                ["setting": "[\(name.section)] \(name.key)", "new": shown(name, in: new)])
        }
        for name in taken { values[name] = found[name] }
        await engine.adopt(new.engineOptions(maxAttempts: settings.store.maxReceives))
        logger.threshold.level = new.worker.log.level
        await replaceExecutors(taken, new)
        settings = new
        logger.notice(
            "settings reloaded",
            ["changed": taken.isEmpty ? "nothing" : taken.map { "[\($0.section)] \($0.key)" }.joined(separator: ", ")],
            event: JournalEvent.settingsReloaded)
    }

    private func replaceExecutors(_ taken: [Name], _ new: FOQUSSettings) async {
        let sections = Set(taken.map(\.section))
        var changes: [String: (any Executor)?] = [:]
        for (name, application) in new.applications where sections.contains(application.section) {
            changes[name] = .some(applications.executor(application, new.worker))
        }
        for name in settings.applications.keys where new.applications[name] == nil { changes[name] = .some(nil) }
        for executor in executors.update(changes) { await executor.shutdown() }
    }

    private func shown(_ name: Name, in settings: FOQUSSettings) -> String {
        settings.origins.first { $0.section == name.section && $0.key == name.key }?.shownValue ?? "not set"
    }

    private static func values(of settings: FOQUSSettings) -> [Name: String] {
        Dictionary(settings.origins.map { (Name(section: $0.section, key: $0.key), $0.value) }) { _, last in last }
    }
}
