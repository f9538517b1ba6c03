import Configuration
import EventLoop
import Executors
import FileKit
import Logging
import ProcessKit
import Threading
import WorkerEngine

/// Makes the executors that the settings ask for.
struct Applications: Sendable {
    let supervisor: ProcessSupervisor
    let loop: EventLoop
    let isolation: JobIsolation
    let logger: Logger
    private let made = Locked(0)

    init(supervisor: ProcessSupervisor, loop: EventLoop, isolation: JobIsolation, logger: Logger) {
        self.supervisor = supervisor
        self.loop = loop
        self.isolation = isolation
        self.logger = logger
    }

    func registry(_ settings: FOQUSSettings) -> ExecutorRegistry {
        ExecutorRegistry(settings.applications.mapValues { executor($0, settings.worker) })
    }

    /// The folder of the FOQUS runners' folders. The cookie of a runner and of its jobs is the path of its folder.
    static func runners(_ worker: WorkerSettings) -> String { Path.join(worker.stateDirectory, "runners") }

    func executor(_ application: ApplicationSettings, _ worker: WorkerSettings) -> any Executor {
        switch application.executor {
        case .foqus(let runner):
            FOQUSExecutor(
                FOQUSExecutor.Options(
                    python: runner.python, runnerDirectory: runner.runner,
                    mode: runner.mode == .fork ? .fork : .thread, processes: runner.processes,
                    recycleJobs: runner.recycleJobs, recycleMemory: UInt64(runner.recycleMemory),
                    idleTimeout: runner.idleTimeout,
                    workDirectory: Path.join(Self.runners(worker), folderName(for: application)),
                    saveSession: runner.saveSession,
                    loadTimeout: runner.loadTimeout, settingsSection: application.section),
                supervisor: supervisor, loop: loop, isolation: isolation, log: logger)
        case .command(let program):
            CommandExecutor(
                CommandExecutor.Options(
                    program: program.program, arguments: program.arguments, outputFile: program.outputFile,
                    logLimit: program.logLimit, grace: program.grace, settingsSection: application.section),
                supervisor: supervisor, loop: loop, isolation: isolation, log: logger)
        }
    }

    /// Another one each time: after a reload, the executor before may still have runners in its folder.
    private func folderName(for application: ApplicationSettings) -> String {
        let number = made.withLock { made in
            made += 1
            return made
        }
        return "\(application.name.lowercased())-\(number)"
    }
}

extension FOQUSSettings {
    /// - Parameter maxAttempts: of the store, which goes by its own settings at the start.
    func engineOptions(maxAttempts: Int) -> WorkerOptions {
        var options = worker.engineOptions()
        options.maxAttempts = maxAttempts
        options.limits = JobLimitBook(
            standard: worker.limits, applications: applications.mapValues(\.limits), simulations: simulations)
        return options
    }
}

extension WorkerSettings {
    fileprivate func engineOptions() -> WorkerOptions {
        var options = WorkerOptions(slots: slots)
        options.users = users
        options.lease = lease
        options.longPoll = longPoll
        options.drainTimeout = drainTimeout
        options.keepalive = keepalive
        options.cancelPoll = cancelPoll
        options.fetchAhead = fetchAhead
        options.outputLimit = outputLimit
        options.retryDelay = retryDelay
        return options
    }
}
