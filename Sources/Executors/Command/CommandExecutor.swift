public import EventLoop
public import FOQUSModel
public import FileKit
public import JSONKit
public import Logging
public import ProcessKit
import Threading

/// Runs any program, once for each job.
///
/// The program finds, with the job's folder as its working directory,
/// - the job's input (`{"node":{"variable":value}}`) in `input.json` and on stdin;
/// - `FOQUS_JOB_ID`, `FOQUS_ATTEMPT_ID`, `FOQUS_SESSION_ID`, `FOQUS_USER`, `FOQUS_SIMULATION`, `FOQUS_APPLICATION`, and
///   `HOME` and `TMPDIR`, which are the job's folder;
/// - the simulation's files where `FOQUS_SIMULATION_DIRECTORY` says.
///
/// It succeeds with exit status 0. Its output is, in this order,
/// 1. the output file (`output.json`), if it wrote one: any JSON;
/// 2. what it wrote to stdout, if that begins with `{` or `[`;
/// 3. `{}`: other text on stdout is a log, and a program may have nothing to say.
///
/// What is taken for JSON must be JSON, or the job fails with line and column; bare `NaN`, `Infinity` and
/// `-Infinity`, which Python writes, are accepted. What it prints otherwise is left in `stdout.log` and `stderr.log`
/// up to a limit; a program that prints nothing leaves no such file.
///
/// Any other end is the job's failure, told with the last lines of stderr and with the output file if there is one.
/// Whatever the end, all its descendants end with it.
public final class CommandExecutor: Executor {
    let options: Options
    private let process: JobProcess
    private let files: BlockingPool
    private let log: Logger
    /// What all jobs have in common.
    private let environment: [String: String]

    /// - Parameters:
    ///   - loop: the supervisor's.
    public init(
        _ options: Options, supervisor: ProcessSupervisor, loop: EventLoop, isolation: JobIsolation = .none, log: Logger
    ) {
        self.options = options
        self.log = log
        process = JobProcess(supervisor: supervisor, loop: loop, isolation: isolation, grace: options.grace)
        files = BlockingPool(name: "command-files", limit: 4)
        var environment = ["PATH": Environment.path]
        for name in options.environmentPassthrough { environment[name] = Environment[name] }
        self.environment = environment.merging(options.environment) { $1 }
    }

    public var description: String { "command (\(([options.program] + options.arguments).joined(separator: " ")))" }

    /// Any files will do: what they mean is the program's affair.
    /// Writes `input.json`.
    public func furnish(
        _ directory: String, input: JSON, description: JSONObject
    ) throws(FileError) -> Set<String> {
        try CommandFolder(directory, options).prepare(input: input)
        return ["input.json"]
    }

    public func verify(files: [String], of simulation: SimulationName) throws(SimulationError) {}

    // MARK: one job

    public func run(_ job: JobRun, started: @escaping @Sendable () -> Void) async -> Outcome {
        let folder = CommandFolder(job.directory, options)
        let (result, interruption): (ProcessResult, ProcessWatch.Interruption?)
        do throws(IsolationFailure) {
            (result, interruption) = try await process.run(command(job, folder), of: job, started: started)
        } catch {
            switch error {
            case .spawn(let error): return outcome(error)
            case .cage(let error): return .infrastructure(message: error.description)
            }
        }
        let (log, isSuccess) = (log, result.status.isSuccess && interruption == nil)
        let output = await files.run { () -> Result<CommandOutput, CommandOutput.Unreadable> in
            folder.collect(result, isSuccess: isSuccess) {
                log.warning("a log is lost", ["job": job.job, "reason": $0])
            }
        }
        switch interruption {
        case .cancelled: return .cancelled
        case .timeout: return .timedOut(after: job.timeout ?? .zero)
        case nil: return outcome(result, output, job.limits)
        }
    }

    private func command(_ job: JobRun, _ folder: CommandFolder) -> Command {
        let environment = environment.merging(JobProcess.environment(of: job)) { $1 }
        var command = Command(
            options.program, options.arguments, environment: environment, directory: job.directory)
        command.cookie = job.attempt.description
        command.stdin = .file(folder.input)
        command.stdout = .capture(limit: options.logLimit)
        command.stderr = .capture(limit: options.logLimit)
        command.limits = options.limits
        return command
    }

    // MARK: outcomes

    private func outcome(_ error: SpawnError) -> Outcome {
        if error.step == .program, !error.isTransient {
            // A path below the job's folder is a file of the simulation, any other is the operator's.
            if options.program.contains("/"), !options.program.hasPrefix("/") {
                return .failed(message: "the simulation's program cannot run: \(error)", output: nil)
            }
            return .infrastructure(
                message: "cannot run \(error); set program in [\(options.settingsSection)] to an executable program")
        }
        return .infrastructure(message: error.description)
    }

    private func outcome(
        _ result: ProcessResult, _ output: Result<CommandOutput, CommandOutput.Unreadable>, _ limits: JobLimits
    ) -> Outcome {
        guard result.status.isSuccess else {
            var partial: JSON?
            if case .success(let output) = output, output.source == .file { partial = output.json }
            return .failed(message: process.account(of: result, limits), output: partial)
        }
        switch output {
        case .success(let output): return .success(output: output.json)
        case .failure(let error): return .failed(message: error.description, output: nil)
        }
    }
}
