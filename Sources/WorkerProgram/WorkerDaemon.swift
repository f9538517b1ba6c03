import CommandLineKit
import Configuration
import EventLoop
import Executors
import FOQUSModel
import Glibc
import JournalEvents
import Logging
import MetricsKit
import Monitoring
import ProcessKit
import Stores
import SystemdKit
import WorkerEngine

/// Puts the worker together from its settings and runs it until it is drained.
enum WorkerDaemon {
    /// - Parameter load: reads the settings anew, for a reload.
    static func run(
        _ settings: FOQUSSettings, _ cloud: CloudBackend?, load: @escaping @Sendable () async throws -> FOQUSSettings
    ) async throws -> ExitCode {
        UnixSignals.ignoreBrokenPipe()
        let firstLogger = settings.worker.log.logger("foqus-worker")
        let loop = EventLoop.start(name: "worker-loop")
        let signals = UnixSignals.stream([SIGTERM, SIGINT, SIGHUP], loop: loop)

        // The lock first: a second worker must not touch what the first one works on.
        let journal = try await open {
            try await SQLiteJournal.open(stateDirectory: settings.worker.stateDirectory)
        }
        try await open { try await Leftovers.clear(of: journal, settings.worker, firstLogger) }
        let registry = MetricRegistry()
        let meters = WorkerMeters(registry)
        let stores = try await open {
            if let cloud, settings.store.backend == .aws {
                return try await cloud.open(settings, loop, firstLogger, meters)
            }
            return try await WorkerStores.embedded(settings, loop: loop, logger: firstLogger).metered(by: meters)
        }
        let logger = stores.logger
        let workspace = try await open {
            try await DiskWorkspace(
                stateDirectory: settings.worker.stateDirectory, cacheLimit: settings.worker.cacheSize,
                objects: stores.objects)
        }
        let supervisor = ProcessSupervisor(loop: loop)
        let isolation = try await IsolationChoice(
            settings: settings, environment: CommonOptions.environment(), supervisor: supervisor, loop: loop,
            log: logger
        ).make()
        let applications = Applications(supervisor: supervisor, loop: loop, isolation: isolation, logger: logger)
        let executors = applications.registry(settings)
        let engine = WorkerEngine(
            services: WorkerEngine.Services(
                queue: stores.queue, jobs: stores.jobs, objects: stores.objects, notifier: stores.notifier,
                outputs: stores.outputs, metrics: BothMetrics(stores.metrics, meters),
                journal: journal, workspace: workspace, executors: executors, time: SystemTime(),
                random: SystemRandom(), logger: logger),
            options: settings.engineOptions(maxAttempts: settings.store.maxReceives),
            instance: settings.worker.instance)

        let watch = WorkerWatch(
            registry: registry, meters: meters, process: ProcessMeters(registry), engine: engine, loop: loop,
            queueDepth: stores.queueDepth, stateDirectory: settings.worker.stateDirectory, logger: logger)
        registry.info(
            "foqus_worker_build", "This worker.",
            [
                ("version", Version.current), ("consumer", engine.consumer.description),
                ("name", settings.worker.instance),
            ])
        let monitoring = try MonitoringServer.start(settings.metrics.listen, watch.subject, logger: logger)

        logger.notice(
            "worker started",
            [
                "version": Version.current, "consumer": engine.consumer, "slots": settings.worker.slots,
                "applications": executors.names.joined(separator: ","), "store": stores.place,
                "metrics": monitoring?.place ?? .off,
            ], event: JournalEvent.workerStarted)
        let supervision = Supervision(
            supervisor: Supervisor.ofThisProcess(), engine: engine, loop: loop, queueDepth: stores.queueDepth,
            logger: logger)
        let reloading = Reloading(
            of: settings, load: load, engine: engine, executors: executors, applications: applications, logger: logger)
        await supervision.ready()
        let watching = Task { await heed(signals, engine, supervision, reloading) }
        let feeding = Task { await supervision.feedWatchdog() }
        let trimming = Task {
            try await SystemTime().sleep(for: .seconds(2))
            OwnMemory.releaseStartUpCode()
        }
        let reporting = Task { await supervision.keepStatus(stores.protect) }
        let companions = (stores.companions + watch.companions(settings.metrics)).map { companion in
            Task { await companion() }
        }
        let leaving = Task {
            for await reason in stores.leaving ?? AsyncStream(unfolding: { nil }) {
                logger.notice(
                    "the machine is about to go", ["reason": reason], event: JournalEvent.machineLeaves)
                let limit = await reloading.drainTimeout
                async let told: Void = supervision.stopping(drainTimeout: limit)
                await engine.drain()
                await told
                break
            }
        }
        do {
            try await engine.run()
        } catch {
            logger.error("the worker cannot work", ["reason": error], event: JournalEvent.workerCannotWork)
            // A passing fault: the supervisor may start it again.
            if error.isTransient { throw error }
            throw ConfigurationError(error.description)
        }
        watching.cancel()
        feeding.cancel()
        reporting.cancel()
        trimming.cancel()
        leaving.cancel()
        for companion in companions {
            companion.cancel()
            await companion.value
        }
        await monitoring?.stop()
        await supervisor.stopAll(grace: .zero)
        await stores.close()
        logger.with(context: ["consumer": engine.consumer]).notice(
            "worker stopped", event: JournalEvent.workerStopped)
        return .success
    }

    /// SIGHUP reloads the settings, every other signal drains; a second one gives running jobs back at once.
    private static func heed(
        _ signals: AsyncStream<CInt>, _ engine: WorkerEngine, _ supervision: Supervision, _ reloading: Reloading
    ) async {
        await withDiscardingTaskGroup { group in
            var isStopping = false
            for await signal in signals {
                if signal == SIGHUP {
                    guard !isStopping else { continue }
                    supervision.tell { () throws(SystemdError) in try supervision.supervisor.reloading() }
                    await reloading.reload()
                    await supervision.ready()
                    continue
                }
                if !isStopping {
                    isStopping = true
                    let limit = await reloading.drainTimeout
                    group.addTask { await supervision.stopping(drainTimeout: limit) }
                }
                await engine.drain()
            }
            group.cancelAll()
        }
    }

    /// What cannot be opened is a matter of the settings, except that another worker may have it.
    private static func open<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as StoreError {
            if error.code == .conflict { throw StateDirectoryInUse(description: error.description) }
            throw ConfigurationError(error.description)
        }
    }
}

/// Status 75 (EX_TEMPFAIL): the other worker may be about to end.
private struct StateDirectoryInUse: Error, CustomStringConvertible, ExitCodeProviding {
    let description: String
    var exitCode: ExitCode { ExitCode(rawValue: 75) }
}
