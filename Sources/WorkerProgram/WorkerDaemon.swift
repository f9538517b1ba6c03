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
    static func run(_ settings: FOQUSSettings, _ cloud: CloudBackend?) async throws -> ExitCode {
        UnixSignals.ignoreBrokenPipe()
        let firstLogger = settings.worker.log.logger("foqus-worker")
        let loop = EventLoop.start(name: "worker-loop")
        let signals = UnixSignals.stream([SIGTERM, SIGINT], loop: loop)

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
        let executors = Applications.registry(settings, supervisor: supervisor, loop: loop, logger: logger)
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
        let supervision = Supervisor.ofThisProcess()
        report(logger) { () throws(SystemdError) in try supervision.ready(status: "polling for jobs") }
        let watching = Task {
            for await _ in signals {
                report(logger) { () throws(SystemdError) in try supervision.stopping(status: "draining") }
                await engine.drain()
            }
        }
        let trimming = Task {
            try await SystemTime().sleep(for: .seconds(2))
            OwnMemory.releaseStartUpCode()
        }
        let reporting = Task { await keepStatus(of: engine, supervision, stores.protect, logger) }
        let companions = stores.companions.map { companion in Task { await companion() } }
        let leaving = Task {
            for await reason in stores.leaving ?? AsyncStream(unfolding: { nil }) {
                logger.notice("the machine is about to go", ["reason": reason])
                report(logger) { () throws(SystemdError) in try supervision.stopping(status: "draining") }
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

    /// Keeps the supervisor's status line up to date, when there is a supervisor and something changed.
    private static func keepStatus(
        of engine: WorkerEngine, _ supervision: Supervisor, _ protect: (@Sendable (Bool) async -> Void)?,
        _ logger: Logger
    ) async {
        guard supervision.socketPath != nil || protect != nil else { return }
        var last: WorkerStatus?
        while !Task.isCancelled {
            let status = await engine.status
            await protect?(status.running + status.outbox > 0)
            if status != last {
                let text = "\(status.running) running, \(status.finished) finished, \(status.outbox) to deliver"
                report(logger) { () throws(SystemdError) in try supervision.status(text) }
                last = status
            }
            try? await SystemTime().sleep(for: .seconds(5))
        }
    }

    /// A supervisor that cannot be told is no reason to stop.
    private static func report(_ logger: Logger, _ tell: () throws(SystemdError) -> Void) {
        do throws(SystemdError) { try tell() } catch {
            logger.warning("the supervisor cannot be told", ["reason": error])
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
