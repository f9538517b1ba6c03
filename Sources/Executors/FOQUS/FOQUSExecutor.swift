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
    private let runners: WarmRunners
    /// For files.
    private let files: BlockingPool
    private let nodes: NodeServices

    /// - Parameters:
    ///   - simulations: what runs the simulations of nodes, by their applications.
    ///   - loop: the supervisor's.
    public init(
        _ options: Options, simulations: ExecutorRegistry = ExecutorRegistry([:]), supervisor: ProcessSupervisor,
        loop: EventLoop, isolation: JobIsolation = .none, log: Logger
    ) {
        let files = BlockingPool(name: "foqus-files", limit: 4)
        self.options = options
        self.files = files
        nodes = NodeServices(executors: simulations, files: files, log: log)
        runners = WarmRunners(
            options.program,
            WarmRunners.Options(
                slots: options.processes, recycleJobs: options.recycleJobs, recycleMemory: options.recycleMemory,
                idleTimeout: options.idleTimeout, endsAfterFailure: options.mode == .thread,
                patience: options.patience),
            supervisor: supervisor, loop: loop, files: files, isolation: isolation, log: log
        ) { job throws(SimulationError) in try LoadPlan(for: job).command }
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

    /// The simulations that hold the user plug-ins of the flowsheet's nodes, and those that nodes run.
    public func dependencies(ofSimulationAt directory: String) async throws(SimulationError) -> [SimulationName] {
        try await files.run { () throws(SimulationError) in try LoadPlan.dependencies(ofSimulationAt: directory) }
    }

    public func shutdown() async { await runners.shutdown() }

    // MARK: one job

    public func run(_ job: JobRun, started: @escaping @Sendable () -> Void) async -> Outcome {
        let (path, limit) = (Path.join(job.directory, RunOutput.fileName), options.outputLimit)
        var request = RunRequest(job)
        request.details["saveSession"] = .bool(options.saveSession)
        let nodes = NodeRuns(of: job, nodes)
        request.answerer = { await nodes.answer($0).members }
        do throws(RunnerFailure) {
            let run = try await runners.run(job, request) {
                nodes.begin()
                started()
            } collect: {
                RunOutput(path, limit: limit)
            }
            return await nodes.settle(outcome(run, job))
        } catch {
            return outcome(error)
        }
    }

    private func outcome(_ run: WarmRunners.Run<RunOutput>, _ job: JobRun) -> Outcome {
        switch run.end {
        case .result(let result):
            if let excess = run.excess, result.status == .error, result.reason != .timeout {
                return .failed(message: "\(excess): \(result.message)", output: run.output.value)
            }
            return RunOutcome.of(result, output: run.output, timeout: job.timeout)
        case .overdue: return .timedOut(after: job.timeout ?? .zero)
        case .cancelled: return .cancelled
        case .died(let reason, _):
            if let excess = run.excess {
                return .failed(message: "\(excess), with the FOQUS runner: \(reason)", output: nil)
            }
            // In fork mode a job cannot reach the runner, so its end is not the job's doing.
            let message = "the FOQUS runner failed during the run: \(reason)"
            return options.mode == .fork ? .infrastructure(message: message) : .failed(message: message, output: nil)
        }
    }

    private func outcome(_ failure: RunnerFailure) -> Outcome {
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
