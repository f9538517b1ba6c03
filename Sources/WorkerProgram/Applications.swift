import Configuration
import EventLoop
import Executors
import FileKit
import Logging
import ProcessKit
import WorkerEngine

/// The executors that the settings ask for.
enum Applications {
    static func registry(
        _ settings: FOQUSSettings, supervisor: ProcessSupervisor, loop: EventLoop, logger: Logger
    ) -> ExecutorRegistry {
        var executors: [String: any Executor] = [:]
        for (name, application) in settings.applications {
            executors[name] = executor(application, settings.worker, supervisor, loop, logger)
        }
        return ExecutorRegistry(executors)
    }

    /// The folder of the FOQUS runners' folders. The cookie of a runner and of its jobs is the path of its folder.
    static func runners(_ worker: WorkerSettings) -> String { Path.join(worker.stateDirectory, "runners") }

    private static func executor(
        _ application: ApplicationSettings, _ worker: WorkerSettings, _ supervisor: ProcessSupervisor,
        _ loop: EventLoop, _ logger: Logger
    ) -> any Executor {
        switch application.executor {
        case .foqus(let runner):
            FOQUSExecutor(
                FOQUSExecutor.Options(
                    python: runner.python, runnerDirectory: runner.runner,
                    mode: runner.mode == .fork ? .fork : .thread, processes: runner.processes,
                    recycleJobs: runner.recycleJobs, recycleMemory: UInt64(runner.recycleMemory),
                    idleTimeout: runner.idleTimeout,
                    workDirectory: runners(worker), saveSession: runner.saveSession,
                    loadTimeout: runner.loadTimeout, settingsSection: application.section),
                supervisor: supervisor, loop: loop, log: logger)
        case .command(let program):
            CommandExecutor(
                CommandExecutor.Options(
                    program: program.program, arguments: program.arguments, outputFile: program.outputFile,
                    logLimit: program.logLimit, grace: program.grace, settingsSection: application.section),
                supervisor: supervisor, loop: loop, log: logger)
        }
    }
}

extension WorkerSettings {
    func engineOptions(maxAttempts: Int) -> WorkerOptions {
        var options = WorkerOptions(slots: slots)
        options.users = users
        options.lease = lease
        options.longPoll = longPoll
        options.jobTimeout = jobTimeout
        options.drainTimeout = drainTimeout
        options.keepalive = keepalive
        options.cancelPoll = cancelPoll
        options.fetchAhead = fetchAhead
        options.maxAttempts = maxAttempts
        options.outputLimit = outputLimit
        options.retryDelay = retryDelay
        return options
    }
}
