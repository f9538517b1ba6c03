public import EventLoop
public import FOQUSModel
import FileKit
import JSONKit
public import Logging
public import ProcessKit
import Threading

/// Runs jobs in warm processes of a program that speaks the protocol of runners (docs/executors.md): anybody's.
///
/// Its `load` names the simulation's folder. The output of a job is `output` of its result, or the file `output.json` in the
/// job's folder.
public final class RunnerExecutor: Executor {
    private let options: RunnerOptions
    private let runners: WarmRunners

    /// - Parameters:
    ///   - loop: the supervisor's.
    public init(
        _ options: RunnerOptions, supervisor: ProcessSupervisor, loop: EventLoop, isolation: JobIsolation = .none,
        log: Logger
    ) {
        self.options = options
        runners = WarmRunners(
            RunnerProgram(options), options.warm, supervisor: supervisor, loop: loop,
            files: BlockingPool(name: "runner-files", limit: 4), isolation: isolation, log: log
        ) { job throws(SimulationError) in
            [
                "directory": .string(job.simulationDirectory), "application": .string(job.application),
                "simulation": .string("\(job.simulation)"), "user": .string("\(job.user)"),
            ]
        }
    }

    public var description: String { "runner (\(([options.program] + options.arguments).joined(separator: " ")))" }

    /// What a program makes of its files is its own affair.
    public func verify(files: [String], of simulation: SimulationName) throws(SimulationError) {}

    public func shutdown() async { await runners.shutdown() }

    public func run(_ job: JobRun, started: @escaping @Sendable () -> Void) async -> Outcome {
        var request = RunRequest(job)
        request.details = job.conduct.details
        let (path, limit) = (Path.join(job.directory, RunOutput.fileName), options.outputLimit)
        do throws(RunnerFailure) {
            let run = try await runners.run(job, request, started: started) { RunOutput(path, limit: limit) }
            switch RunSettlement(run.end, excess: run.excess, timeout: job.timeout, runner: "runner") {
            case .outcome(let outcome): return outcome
            case .told(let result): return outcome(result, run.output)
            }
        } catch {
            return error.outcome(runner: "runner")
        }
    }

    private func outcome(_ result: RunnerResult, _ file: RunOutput) -> Outcome {
        let output = result.output ?? file.value
        guard result.status == .success else { return .failed(message: result.message, output: output) }
        if let output { return .success(output: output) }
        if case .unreadable(let reason) = file { return .failed(message: reason, output: nil) }
        return .success(output: [:])
    }
}

extension RunnerProgram {
    fileprivate init(_ options: RunnerOptions) {
        self.init(
            name: "runner", workDirectory: options.workDirectory, startTimeout: options.startTimeout,
            loadTimeout: options.loadTimeout,
            command: { folder, _ in
                Command(
                    options.program, options.arguments,
                    environment: Self.environment(folder, options.environment), directory: folder)
            },
            remedy: { "the runner does not start: \($0); see program in [\(options.settingsSection)]" })
    }
}

extension JobConduct {
    /// As `run` tells it.
    var details: JSONObject { ["reset": .bool(reset), "initialize": .bool(initialize)] }
}
