public import EventLoop
public import FOQUSModel
public import FileKit
public import JSONKit
public import Logging
public import ProcessKit
import Threading

/// Runs FOQUS flowsheets in warm Python processes.
///
/// A runner (`Runners/foqus_runner`) imports the engine and loads a session once, and then serves all jobs of the
/// same fingerprint, one at a time. It is replaced after `recycleJobs` jobs, when it has grown beyond
/// `recycleMemory`, after any failure of its own and, in thread mode, after a failed run.
///
/// A job's folder receives `output.json` (all values of the flowsheet), `results_session.foqus` and, when the model
/// prints something, `foqus.log`.
public final class FOQUSExecutor: Executor {
    let options: Options
    private let launcher: RunnerLauncher
    private let pool: RunnerPool
    /// For files.
    private let files: BlockingPool
    private let log: Logger
    /// Runners are not kept any more.
    private let isRetired = Locked(false)

    /// - Parameters:
    ///   - loop: the supervisor's.
    public init(
        _ options: Options, supervisor: ProcessSupervisor, loop: EventLoop, isolation: JobIsolation = .none, log: Logger
    ) {
        let files = BlockingPool(name: "foqus-files", limit: 4)
        let launcher = RunnerLauncher(
            options, supervisor: supervisor, loop: loop, files: files, isolation: isolation, log: log)
        self.options = options
        self.files = files
        self.launcher = launcher
        self.log = log
        pool = RunnerPool(slots: options.processes, idleTimeout: options.idleTimeout, loop: loop) { runner in
            await launcher.end(runner, because: "it was idle")
        }
    }

    public var description: String { "foqus (ccsi-foqus by \(options.python), \(options.mode) mode)" }

    /// Writes `input_values.json` and `current_foqus.json`, as upstream's worker does (cloud-protocol 2.9).
    public func furnish(
        _ directory: String, input: JSON, description: JSONObject
    ) throws(FileError) -> Set<String> {
        let files = ["input_values.json": JSON.object(["input": input]), "current_foqus.json": .object(description)]
        for (name, content) in files { try ResultFile.write(content.serialized(), to: Path.join(directory, name)) }
        return Set(files.keys)
    }

    public func verify(files: [String], of simulation: SimulationName) throws(SimulationError) {
        try FlowsheetFiles.verify(files, of: simulation)
    }

    /// The simulations that hold the user plug-ins of the flowsheet's nodes.
    public func dependencies(ofSimulationAt directory: String) async throws(SimulationError) -> [SimulationName] {
        try await files.run { () throws(SimulationError) in try LoadPlan.dependencies(ofSimulationAt: directory) }
    }

    public func shutdown() async {
        isRetired.withLock { $0 = true }
        for runner in await pool.takeIdle() { await launcher.end(runner, because: "the worker ends") }
    }

    // MARK: one job

    public func run(_ job: JobRun, started: @escaping @Sendable () -> Void) async -> Outcome {
        // A runner may end for reasons that are not the job's, so what did not begin is tried again, once.
        var first: RunnerFailure?
        while !Task.isCancelled {
            do throws(RunnerFailure) {
                return try await attempt(job, started: started)
            } catch .died(let reason) where first == nil {
                log.warning("a FOQUS runner failed", ["job": job.job, "reason": reason])
                first = .died(reason)
            } catch {
                return outcome(error, job)
            }
        }
        return .cancelled
    }

    /// Throws when the flowsheet did not begin.
    private func attempt(_ job: JobRun, started: @Sendable () -> Void) async throws(RunnerFailure) -> Outcome {
        let runner = try await readyRunner(for: job)
        let before = await runner.incidents()
        let end = await runner.run(
            job, saveSession: options.saveSession, patience: options.patience, started: started)
        let files = await read(job, of: runner)
        let excess = await excess(of: job, in: runner, since: before)
        if let reason = await unfitness(of: runner, after: end, memory: files.memory) {
            await launcher.end(runner, because: reason)
            await pool.free()
        } else {
            await pool.giveBack(runner)
        }
        switch end {
        case .result(let result):
            if let excess, result.status == .error, result.reason != .timeout {
                return .failed(message: "\(excess): \(result.message)", output: files.output.value)
            }
            return RunOutcome.of(result, output: files.output, timeout: job.timeout)
        case .overdue: return .timedOut(after: job.timeout ?? .zero)
        case .cancelled: return .cancelled
        case .died(let reason, afterStart: false): throw .died(reason)
        case .died(let reason, afterStart: true):
            if let excess { return .failed(message: "\(excess), with the FOQUS runner: \(reason)", output: nil) }
            // In fork mode a job cannot reach the runner, so its end is not the job's doing.
            let message = "the FOQUS runner failed during the run: \(reason)"
            return options.mode == .fork ? .infrastructure(message: message) : .failed(message: message, output: nil)
        }
    }

    /// Which limit the run came up against. The runner's control group lives on, so the run is what was counted meanwhile.
    private func excess(
        of job: JobRun, in runner: Runner, since before: ControlGroup.Incidents?
    ) async -> String? {
        guard let before, let after = await runner.incidents() else { return nil }
        let during = ControlGroup.Incidents(
            memoryKills: after.memoryKills - before.memoryKills, refusedTasks: after.refusedTasks - before.refusedTasks)
        return job.limits.excess(during, wasKilled: false)
    }

    /// A runner that has loaded the job's session.
    private func readyRunner(for job: JobRun) async throws(RunnerFailure) -> Runner {
        let key = RunnerKey(job)
        switch try await pool.acquire(key) {
        case .warm(let runner): return runner
        case .slotAfter(let other): await launcher.end(other, because: "another simulation needs its place")
        case .slot: break
        }
        do throws(RunnerFailure) {
            return try await launcher.start(job, key)
        } catch {
            await pool.free()
            throw Task.isCancelled ? .cancelled : error
        }
    }

    /// Why a runner must not be given another job; nil when it may.
    private func unfitness(of runner: Runner, after end: RunEnd, memory: UInt64) async -> String? {
        guard case .result(let result) = end, await runner.isUsable else { return "it failed" }
        // An answer to the cancellation may still be on its way.
        if Task.isCancelled { return "its run was cancelled" }
        if isRetired.withLock({ $0 }) { return "its application has changed" }
        if options.mode == .thread, result.status != .success, result.status != .invalid { return "a run failed in it" }
        if await runner.jobs >= options.recycleJobs { return "it ran \(options.recycleJobs) jobs" }
        if let limit = options.recycleMemory, memory > limit { return "it takes \(memory >> 20) MiB" }
        return nil
    }

    private func read(_ job: JobRun, of runner: Runner) async -> (output: RunOutput, memory: UInt64) {
        let path = Path.join(job.directory, RunOutput.fileName)
        let limit = options.outputLimit
        let pid = await runner.enginePID
        return await files.run { (RunOutput(path, limit: limit), ResidentMemory.bytes(of: pid)) }
    }

    private func outcome(_ failure: RunnerFailure, _ job: JobRun) -> Outcome {
        switch failure {
        case .cancelled: .cancelled
        case .cannotStart(let message): .infrastructure(message: message)
        case .refused(let reason), .hung(let reason):
            .failed(message: "the FOQUS engine could not load session.foqus: \(reason)", output: nil)
        case .died(let reason):
            .failed(message: "the FOQUS engine failed twice before the flowsheet began: \(reason)", output: nil)
        }
    }
}
