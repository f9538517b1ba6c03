import CommandLineKit
import Configuration
import EventLoop
import Executors
import Glibc
import Logging
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
        try await open { try await Leftovers.kill(of: journal, settings.worker, firstLogger) }
        let stores = try await open {
            if let cloud, settings.store.backend == .aws { return try await cloud.open(settings, loop, firstLogger) }
            return try await WorkerStores.embedded(settings, loop: loop, logger: firstLogger)
        }
        let logger = stores.logger
        let workspace = try await open {
            try await DiskWorkspace(
                stateDirectory: settings.worker.stateDirectory, cacheLimit: settings.worker.cacheSize,
                objects: stores.objects)
        }
        let supervisor = ProcessSupervisor(loop: loop)
        let applications = Applications(supervisor: supervisor, loop: loop, logger: logger)
        let executors = applications.registry(settings)
        let engine = WorkerEngine(
            services: WorkerEngine.Services(
                queue: stores.queue, jobs: stores.jobs, objects: stores.objects, notifier: stores.notifier,
                outputs: stores.outputs, metrics: stores.metrics,
                journal: journal, workspace: workspace, executors: executors, time: SystemTime(),
                random: SystemRandom(), logger: logger),
            options: settings.worker.engineOptions(maxAttempts: settings.store.maxReceives),
            instance: settings.worker.instance)

        logger.notice(
            "worker started",
            [
                "version": Version.current, "consumer": engine.consumer, "slots": settings.worker.slots,
                "applications": executors.names.joined(separator: ","), "store": stores.place,
            ])
        let supervision = Supervision(
            supervisor: Supervisor.ofThisProcess(), engine: engine, loop: loop, queueDepth: stores.queueDepth,
            logger: logger)
        let reloading = Reloading(
            of: settings, load: load, engine: engine, executors: executors, applications: applications, logger: logger)
        await supervision.ready()
        let watching = Task { await watch(signals, engine, supervision, reloading) }
        let feeding = Task { await supervision.feedWatchdog() }
        let trimming = Task {
            try await SystemTime().sleep(for: .seconds(2))
            OwnMemory.releaseStartUpCode()
        }
        let reporting = Task { await supervision.keepStatus(stores.protect) }
        let companions = stores.companions.map { companion in Task { await companion() } }
        let leaving = Task {
            for await reason in stores.leaving ?? AsyncStream(unfolding: { nil }) {
                logger.notice("the machine is about to go", ["reason": reason])
                await engine.drain()
                break
            }
        }
        do {
            try await engine.run()
        } catch {
            logger.error("the worker cannot work", ["reason": error])
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
        await supervisor.stopAll(grace: .zero)
        await stores.close()
        logger.notice("worker stopped")
        return .success
    }

    /// SIGHUP reloads the settings, every other signal drains; a second one gives running jobs back at once.
    private static func watch(
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
