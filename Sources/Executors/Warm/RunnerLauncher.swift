import EventLoop
import FOQUSModel
import FileKit
import JSONKit
import Logging
import ProcessKit
import Threading

/// Starts and ends runners.
struct RunnerLauncher: Sendable {
    private let program: RunnerProgram
    private let supervisor: ProcessSupervisor
    private let loop: EventLoop
    private let files: BlockingPool
    private let folders: RunnerFolders
    private let isolation: JobIsolation
    private let log: Logger

    init(
        _ program: RunnerProgram, supervisor: ProcessSupervisor, loop: EventLoop, files: BlockingPool,
        isolation: JobIsolation, log: Logger
    ) {
        self.program = program
        self.supervisor = supervisor
        self.loop = loop
        self.files = files
        self.isolation = isolation
        self.log = log
        folders = RunnerFolders(base: program.workDirectory)
    }

    /// Starts a runner and has it load a simulation. Nothing is left of one that fails, or when the task is cancelled.
    ///
    /// - Parameters:
    ///   - key: which jobs it may serve; nil of one that is in no pool.
    ///   - loads: false leaves it without a simulation.
    func start(
        _ purpose: RunnerPurpose, _ key: RunnerKey?, loads: Bool = true
    ) async throws(RunnerFailure) -> Runner {
        let runner = try await spawn(key, purpose)
        let limit = program.loadTimeout
        let failure: RunnerFailure? = await withTaskCancellationHandler {
            do throws(RunnerFailure) {
                try await ready(runner)
                if loads { try await runner.load(purpose.load, within: limit) }
                return nil
            } catch {
                return error
            }
        } onCancel: {
            Task { await runner.kill(because: "its job was cancelled") }
        }
        if let failure {
            await end(runner, because: "it did not load a simulation")
            throw failure
        }
        let (pid, engine) = await (runner.enginePID, runner.engine)
        log.info("\(program.name) started", ["pid": pid, "engine": engine, "simulation": purpose.subject])
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
        log.info("\(program.name) ended", ["pid": pid, "jobs": jobs, "reason": reason])
    }

    // MARK: steps

    private func spawn(_ key: RunnerKey?, _ purpose: RunnerPurpose) async throws(RunnerFailure) -> Runner {
        let folders = folders
        let folder: String
        do {
            folder = try await files.run { () throws(FileError) in try folders.make() }
        } catch {
            throw .cannotStart("\(error)")
        }
        do throws(IsolationFailure) {
            var share = purpose.share
            share.writable.append(folder)
            let process = try await isolation.start(
                command(folder, purpose.limits), name: purpose.name,
                description: "\(program.name) of \(purpose.subject)", limits: purpose.limits, share: share,
                boundsProcesses: false, supervisor: supervisor)
            return Runner(process, key: key, folder: folder, loop: loop)
        } catch {
            await files.run { try? folders.remove(folder) }
            switch error {
            case .cage(let error): throw .cannotStart(error.description)
            case .spawn(let error):
                throw .cannotStart(error.isTransient ? "\(error)" : program.remedy("\(error)"))
            }
        }
    }

    private func ready(_ runner: Runner) async throws(RunnerFailure) {
        do {
            try await runner.awaitReady(within: program.startTimeout)
        } catch .cannotStart(let reason) {
            throw .cannotStart(program.remedy(reason))
        }
    }

    private func command(_ folder: String, _ limits: JobLimits) -> Command {
        var command = program.command(folder, isolation.cages == nil ? limits.memory.map { UInt64($0) } : nil)
        command.stdin = .pipe
        command.stdout = .pipe
        command.stderr = .pipe
        // The whole path: the next life of the worker knows by it what this one left running.
        command.cookie = folder
        return command
    }
}
