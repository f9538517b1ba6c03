import EventLoop
import FileKit
import JSONKit
import Logging
import ProcessKit
import Threading

/// Runs jobs in warm runners of one program.
///
/// A runner serves the jobs of one key, one at a time. It is replaced after a number of jobs, when it has grown too large
/// and after any failure of its own.
struct WarmRunners: Sendable {
    struct Options: Sendable {
        /// The most runners at a time, warm or busy.
        var slots: Int
        var recycleJobs: Int
        /// Bytes of resident memory; nil for no limit.
        var recycleMemory: UInt64?
        /// A warm runner that nobody needed for so long is ended.
        var idleTimeout: Duration
        /// Jobs share the runner's process, so that one that failed may have left something behind.
        var endsAfterFailure = false
        var patience = Runner.Patience()
    }

    /// What `load` tells for a job. Blocking: called on a pool's thread.
    typealias Plan = @Sendable (JobRun) throws(SimulationError) -> JSONObject

    /// A run that began.
    struct Run<Output: Sendable>: Sendable {
        let end: RunEnd
        /// Which limit of the job it came up against.
        let excess: String?
        /// What was found in the job's folder.
        let output: Output
    }

    private let program: RunnerProgram
    private let plan: Plan
    private let options: Options
    private let launcher: RunnerLauncher
    private let pool: RunnerPool
    private let files: BlockingPool
    private let log: Logger
    /// Runners are not kept any more.
    private let isRetired = Locked(false)

    /// - Parameters:
    ///   - files: for the folders of runners and jobs.
    ///   - loop: the supervisor's.
    init(
        _ program: RunnerProgram, _ options: Options, supervisor: ProcessSupervisor, loop: EventLoop,
        files: BlockingPool, isolation: JobIsolation, log: Logger, plan: @escaping Plan
    ) {
        let launcher = RunnerLauncher(
            program, supervisor: supervisor, loop: loop, files: files, isolation: isolation, log: log)
        self.program = program
        self.plan = plan
        self.options = options
        self.launcher = launcher
        self.files = files
        self.log = log
        pool = RunnerPool(slots: options.slots, idleTimeout: options.idleTimeout, loop: loop) { runner in
            await launcher.end(runner, because: "it was idle")
        }
    }

    /// No job is given to it any more. Ends the runners that wait for one; those at work end with it.
    func shutdown() async {
        isRetired.withLock { $0 = true }
        for runner in await pool.takeIdle() { await launcher.end(runner, because: "the worker ends") }
    }

    /// Runs one job.
    ///
    /// A runner may end for reasons that are not the job's, so what did not begin is tried again, once.
    /// - Parameters:
    ///   - started: called when the model begins.
    ///   - collect: looks at the job's folder when the run is over. Blocking.
    /// - Throws: when the model did not begin.
    func run<Output: Sendable>(
        _ job: JobRun, _ request: RunRequest, started: @Sendable () -> Void,
        collect: @escaping @Sendable () -> Output
    ) async throws(RunnerFailure) -> Run<Output> {
        var hasFailed = false
        while !Task.isCancelled {
            do throws(RunnerFailure) {
                return try await attempt(job, request, started: started, collect: collect)
            } catch .died(let reason) where !hasFailed {
                log.warning("a \(program.name) failed", ["job": job.job, "reason": reason])
                hasFailed = true
            }
        }
        throw .cancelled
    }

    private func attempt<Output: Sendable>(
        _ job: JobRun, _ request: RunRequest, started: @Sendable () -> Void,
        collect: @escaping @Sendable () -> Output
    ) async throws(RunnerFailure) -> Run<Output> {
        let runner = try await readyRunner(for: job)
        let before = await runner.incidents()
        let end = await runner.run(request, patience: options.patience, started: started)
        let pid = await runner.enginePID
        let (output, memory) = await files.run { (collect(), ResidentMemory.bytes(of: pid)) }
        let excess = await excess(of: job, in: runner, since: before)
        if let reason = await unfitness(of: runner, after: end, memory: memory) {
            await launcher.end(runner, because: reason)
            await pool.free()
        } else {
            await pool.giveBack(runner)
        }
        if case .died(let reason, afterStart: false) = end { throw .died(reason) }
        return Run(end: end, excess: excess, output: output)
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

    /// A runner that has loaded the job's simulation.
    private func readyRunner(for job: JobRun) async throws(RunnerFailure) -> Runner {
        let key = RunnerKey(job)
        switch try await pool.acquire(key) {
        case .warm(let runner): return runner
        case .slotAfter(let other): await launcher.end(other, because: "another simulation needs its place")
        case .slot: break
        }
        do throws(RunnerFailure) {
            return try await launcher.start(try await purpose(job), key)
        } catch {
            await pool.free()
            throw Task.isCancelled ? .cancelled : error
        }
    }

    private func purpose(_ job: JobRun) async throws(RunnerFailure) -> RunnerPurpose {
        let plan = plan
        do {
            return RunnerPurpose(
                job, load: try await files.run { () throws(SimulationError) in try plan(job) })
        } catch {
            throw .refused("\(error)")
        }
    }

    /// Why a runner must not be given another job; nil when it may.
    private func unfitness(of runner: Runner, after end: RunEnd, memory: UInt64) async -> String? {
        guard case .result(let result) = end, await runner.isUsable else { return "it failed" }
        // An answer to the cancellation may still be on its way.
        if Task.isCancelled { return "its run was cancelled" }
        if isRetired.withLock({ $0 }) { return "its application has changed" }
        if result.reason == .unavailable { return "it cannot run its model" }
        if options.endsAfterFailure, result.status != .success, result.status != .invalid {
            return "a run failed in it"
        }
        if await runner.jobs >= options.recycleJobs { return "it ran \(options.recycleJobs) jobs" }
        if let limit = options.recycleMemory, max(memory, result.memory) > limit {
            return "it takes \(max(memory, result.memory) >> 20) MiB"
        }
        return nil
    }
}
