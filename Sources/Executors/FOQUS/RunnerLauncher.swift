import EventLoop
import FOQUSModel
import FileKit
import Glibc
import Logging
import ProcessKit
import Threading

/// Starts and ends runners.
struct RunnerLauncher: Sendable {
    private let options: FOQUSExecutor.Options
    private let supervisor: ProcessSupervisor
    private let loop: EventLoop
    private let files: BlockingPool
    private let folders: RunnerFolders
    private let isolation: JobIsolation
    private let log: Logger

    init(
        _ options: FOQUSExecutor.Options, supervisor: ProcessSupervisor, loop: EventLoop, files: BlockingPool,
        isolation: JobIsolation, log: Logger
    ) {
        self.options = options
        self.supervisor = supervisor
        self.loop = loop
        self.files = files
        self.isolation = isolation
        self.log = log
        folders = RunnerFolders(base: options.workDirectory)
    }

    /// Starts a runner and has it load the job's session. Nothing is left of one that fails, or when the task is
    /// cancelled.
    func start(_ job: JobRun, _ key: RunnerKey) async throws(RunnerFailure) -> Runner {
        let plan = try await plan(job)
        let runner = try await spawn(key, job)
        let limit = options.loadTimeout
        let failure: RunnerFailure? = await withTaskCancellationHandler {
            do throws(RunnerFailure) {
                try await ready(runner)
                try await runner.load(session: plan.session, plugins: plan.plugins, within: limit)
                return nil
            } catch {
                return error
            }
        } onCancel: {
            Task { await runner.kill(because: "its job was cancelled") }
        }
        if let failure {
            await end(runner, because: "it did not load a session")
            throw failure
        }
        let (pid, engine) = await (runner.enginePID, runner.engine)
        log.info("FOQUS runner started", ["pid": pid, "engine": engine, "simulation": job.simulation])
        return runner
    }

    /// Ends a runner with all it started and removes its folder.
    func end(_ runner: Runner, because reason: String) async {
        await runner.kill(because: reason)
        let (folders, folder) = (folders, runner.folder)
        do {
            try await files.run { () throws(FileError) in try folders.remove(folder) }
        } catch {
            log.warning("a runner's folder stays", ["reason": error])
        }
        let (pid, jobs) = await (runner.enginePID, runner.jobs)
        log.info("FOQUS runner ended", ["pid": pid, "jobs": jobs, "reason": reason])
    }

    // MARK: steps

    private func plan(_ job: JobRun) async throws(RunnerFailure) -> LoadPlan {
        do {
            return try await files.run { () throws(SimulationError) in try LoadPlan(for: job) }
        } catch {
            throw .refused("\(error)")
        }
    }

    private func spawn(_ key: RunnerKey, _ job: JobRun) async throws(RunnerFailure) -> Runner {
        let folders = folders
        let folder: String
        do {
            folder = try await files.run { () throws(FileError) in try folders.make() }
        } catch {
            throw .cannotStart("\(error)")
        }
        do throws(IsolationFailure) {
            var limits = job.limits
            // Of each job and not of the runner.
            limits.time = nil
            // For all the jobs of the runner: they come one after the other, and its key has their limits.
            let process = try await isolation.start(
                command(folder, job.limits), name: "foqus-job-\(job.attempt)",
                description: "FOQUS runner of \(job.simulation) of \(job.user)", limits: limits,
                share: share(job, folder),
                boundsProcesses: false, supervisor: supervisor)
            return Runner(process, key: key, folder: folder, loop: loop)
        } catch {
            await files.run { try? folders.remove(folder) }
            switch error {
            case .cage(let error): throw .cannotStart(error.description)
            case .spawn(let error):
                throw .cannotStart(error.isTransient ? "\(error)" : blamingSettings("\(error)"))
            }
        }
    }

    /// The jobs that it will get are unknown yet, so it sees the folders of all.
    private func share(_ job: JobRun, _ folder: String) -> Sandbox.Share {
        Sandbox.Share(
            readable: [job.simulationDirectory] + job.dependencyDirectories.values.sorted(),
            writable: [folder, Path.parent(job.directory)])
    }

    private func ready(_ runner: Runner) async throws(RunnerFailure) {
        do {
            try await runner.awaitReady(within: options.startTimeout)
        } catch .cannotStart(let reason) {
            throw .cannotStart(blamingSettings(reason))
        }
    }

    private func blamingSettings(_ reason: String) -> String {
        let remedy =
            reason.contains("No module named foqus_runner")
            ? "set runner in [\(options.settingsSection)] to the folder that holds the package foqus_runner"
            : "set python in [\(options.settingsSection)], now \(options.python), to a Python 3 with ccsi-foqus"
        return "the FOQUS engine does not start: \(reason); \(remedy)"
    }

    private func command(_ folder: String, _ limits: JobLimits) -> Command {
        var arguments = ["-m", "foqus_runner", "--workdir", folder, "--mode", options.mode.rawValue]
        // Where no control group bears the limit, each job's process does.
        let addressSpace = isolation.cages == nil ? limits.memory.map { UInt64($0) } : nil
        if let memory = options.jobMemory ?? addressSpace {
            arguments += ["--memory-mb", String(max(1, memory >> 20))]
        }
        let environment = [
            "HOME": folder, "TMPDIR": folder, "PATH": Environment.path, "LANG": "C.UTF-8",
            "PYTHONPATH": options.runnerDirectory, "PYTHONNOUSERSITE": "1",
        ].merging(options.environment) { $1 }
        var command = Command(options.python, arguments, environment: environment, directory: folder)
        command.stdin = .pipe
        command.stdout = .pipe
        command.stderr = .pipe
        // The whole path: the next life of the worker knows by it what this one left running.
        command.cookie = folder
        return command
    }
}
