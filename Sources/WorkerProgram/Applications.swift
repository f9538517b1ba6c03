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
    /// Of all that were made and are in use. A flowsheet finds there what runs the simulations of its nodes.
    private let executors = ExecutorRegistry([:])
    private let made = Locked(0)

    init(supervisor: ProcessSupervisor, loop: EventLoop, isolation: JobIsolation, logger: Logger) {
        self.supervisor = supervisor
        self.loop = loop
        self.isolation = isolation
        self.logger = logger
    }

    func registry(_ settings: FOQUSSettings) -> ExecutorRegistry {
        _ = executors.update(settings.applications.mapValues { .some(executor($0, settings.worker)) })
        return executors
    }

    /// The folder of the FOQUS runners' folders. The cookie of a runner and of its jobs is the path of its folder.
    static func runners(_ worker: WorkerSettings) -> String { Path.join(worker.stateDirectory, "runners") }

    func executor(_ application: ApplicationSettings, _ worker: WorkerSettings) -> any Executor {
        switch application.executor {
        case .foqus(let runner):
            return FOQUSExecutor(
                FOQUSExecutor.Options(
                    python: runner.python, runnerDirectory: runner.runner,
                    mode: runner.mode == .fork ? .fork : .thread, processes: runner.warm.processes,
                    recycleJobs: runner.warm.recycleJobs, recycleMemory: UInt64(runner.warm.recycleMemory),
                    idleTimeout: runner.warm.idleTimeout, workDirectory: folder(for: application, worker),
                    saveSession: runner.saveSession,
                    loadTimeout: runner.warm.loadTimeout, settingsSection: application.section),
                simulations: executors, supervisor: supervisor, loop: loop, isolation: isolation, log: logger)
        case .command(let program):
            return CommandExecutor(
                CommandExecutor.Options(
                    program: program.program, arguments: program.arguments, outputFile: program.outputFile,
                    logLimit: program.logLimit, grace: program.grace, settingsSection: application.section),
                supervisor: supervisor, loop: loop, isolation: isolation, log: logger)
        case .sinter(let kind, let runner):
            var options = runnerOptions(runner.python, [], runner.warm, application, worker)
            options.environment = ["PYTHONPATH": runner.runner]
            return SinterExecutor(
                kind == .spreadsheet ? .spreadsheet : .fmu, options, supervisor: supervisor, loop: loop,
                isolation: isolation, log: logger)
        case .program(let programs):
            return ProgramExecutor(
                ProgramExecutor.Options(
                    logLimit: programs.logLimit, grace: programs.grace, settingsSection: application.section,
                    allowed: programs.allowed.isEmpty ? nil : programs.allowed),
                supervisor: supervisor, loop: loop, isolation: isolation, log: logger)
        case .turbine(let gateway):
            return TurbineExecutor(turbineOptions(gateway, application.section), loop: loop, log: logger)
        case .runner(let runner):
            return RunnerExecutor(
                runnerOptions(runner.program, runner.arguments, runner.warm, application, worker),
                supervisor: supervisor, loop: loop, isolation: isolation, log: logger)
        }
    }

    private func turbineOptions(
        _ gateway: ApplicationSettings.TurbineGateway, _ section: String
    ) -> TurbineExecutor.Options {
        var password = ""
        if let file = gateway.passwordFile {
            do throws(FileError) {
                password = String(decoding: try File.read(file, limit: 4096).prefix { $0 != 0x0A }, as: UTF8.self)
            } catch {
                // The gateway will refuse the jobs; others are not to suffer.
                logger.error("a password cannot be read", ["section": section, "reason": error])
            }
        }
        return TurbineExecutor.Options(
            url: gateway.url, dialect: gateway.dialect == .foqus ? .foqus : .turbinelite,
            user: gateway.user.isEmpty ? nil : gateway.user, password: password, authorities: gateway.authorities,
            application: gateway.application, prefix: gateway.prefix, pollMinimum: gateway.pollMinimum,
            pollMaximum: gateway.pollMaximum, outagePatience: gateway.outagePatience,
            licencePatterns: gateway.licencePatterns, licencePause: gateway.licencePause,
            licencePatience: gateway.licencePatience, settingsSection: section)
    }

    private func runnerOptions(
        _ program: String, _ arguments: [String], _ warm: ApplicationSettings.WarmRunners,
        _ application: ApplicationSettings, _ worker: WorkerSettings
    ) -> RunnerOptions {
        RunnerOptions(
            program: program, arguments: arguments, processes: warm.processes, recycleJobs: warm.recycleJobs,
            recycleMemory: UInt64(warm.recycleMemory), idleTimeout: warm.idleTimeout, loadTimeout: warm.loadTimeout,
            workDirectory: folder(for: application, worker), settingsSection: application.section)
    }

    /// The homes of an application's runners. Another one each time: after a reload, the executor before may still have
    /// runners in its folder.
    private func folder(for application: ApplicationSettings, _ worker: WorkerSettings) -> String {
        let number = made.withLock { made in
            made += 1
            return made
        }
        return Path.join(Self.runners(worker), "\(application.name.lowercased())-\(number)")
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
