public import EventLoop
public import FOQUSModel
import FileKit
import JSONKit
public import Logging
public import ProcessKit
import Sinter
import Threading

/// Runs Sinter configurations in warm processes: workbooks in LibreOffice, FMI units in FMPy.
///
/// A job's input is a run as configurations have it, plain or with units. Its output is what Turbine has there: a value and
/// units for each output, and the status. What the model said besides is left in `messages.txt`.
public final class SinterExecutor: Executor {
    static let messagesFile = "messages.txt"

    private let runnerKind: SinterRunnerKind
    private let options: RunnerOptions
    private let runners: WarmRunners
    private let simulations = SinterSimulations()
    private let files: BlockingPool

    /// - Parameters:
    ///   - options: `program` is a Python 3 that has what the kind needs; its environment names the folder of
    ///     `sinter_runner` in PYTHONPATH.
    ///   - loop: the supervisor's.
    public init(
        _ kind: SinterRunnerKind, _ options: RunnerOptions, supervisor: ProcessSupervisor, loop: EventLoop,
        isolation: JobIsolation = .none, log: Logger
    ) {
        let (files, simulations) = (BlockingPool(name: "\(kind.rawValue)-files", limit: 4), simulations)
        runnerKind = kind
        self.options = options
        self.files = files
        runners = WarmRunners(
            RunnerProgram(kind, options), options.warm, supervisor: supervisor, loop: loop, files: files,
            isolation: isolation, log: log
        ) { job throws(SimulationError) in try simulations.simulation(of: job).load }
    }

    public var description: String { "\(runnerKind.rawValue) (\(runnerKind.models) by \(options.program))" }

    public func verify(files: [String], of simulation: SimulationName) throws(SimulationError) {
        try SinterSimulation.verify(files, of: simulation)
    }

    public func shutdown() async { await runners.shutdown() }

    // MARK: one job

    public func run(_ job: JobRun, started: @escaping @Sendable () -> Void) async -> Outcome {
        do {
            let (simulation, run) = try await prepare(job)
            return await make(run, of: simulation, job, started)
        } catch {
            return .failed(message: error.description, output: nil)
        }
    }

    private func prepare(_ job: JobRun) async throws(SimulationError) -> (SinterSimulation, PreparedRun) {
        let (kind, simulations) = (runnerKind, simulations)
        return try await files.run { () throws(SimulationError) in
            let simulation = try simulations.simulation(of: job)
            guard simulation.configuration.simulator == kind.simulator else {
                let wanted = simulation.configuration.simulator?.rawValue ?? "an unknown simulator"
                throw SimulationError(
                    "\(simulation.file) is for \(wanted), and application \(job.application) runs \(kind.models) here")
            }
            return (simulation, try simulation.prepare(job.input))
        }
    }

    private func make(
        _ run: PreparedRun, of simulation: SinterSimulation, _ job: JobRun, _ started: @Sendable () -> Void
    ) async -> Outcome {
        let name = "\(runnerKind.rawValue) runner"
        var request = RunRequest(job)
        request.input = run.input
        request.details = run.details(job.conduct)
        do throws(RunnerFailure) {
            let ended = try await runners.run(job, request, started: started) {}
            switch RunSettlement(ended.end, excess: ended.excess, timeout: job.timeout, runner: name) {
            case .outcome(let outcome): return outcome
            case .told(let result):
                await keep(result.messages + run.warnings.map { "warning: \($0)" }, in: job.directory)
                return outcome(SimulatorResult(result, of: simulation.configuration, run), simulation)
            }
        } catch {
            return error.outcome(runner: name)
        }
    }

    private func outcome(_ result: SimulatorResult, _ simulation: SinterSimulation) -> Outcome {
        let output = simulation.output(result.outputs, result.status)
        guard result.status.hasOutputs else {
            return .failed(message: result.messages.joined(separator: "; "), output: output)
        }
        return .success(output: output)
    }

    /// A job without messages leaves no file. That they cannot be written is no reason to lose the results.
    private func keep(_ messages: [String], in directory: String) async {
        guard !messages.isEmpty else { return }
        let text = Array(messages.map { $0 + "\n" }.joined().utf8)
        await files.run { try? ResultFile.write(text, to: Path.join(directory, Self.messagesFile)) }
    }
}

extension SimulatorResult {
    /// A runner's account, its outputs compared with the configuration.
    init(_ result: RunnerResult, of configuration: SinterConfiguration, _ run: PreparedRun) {
        let code = result.code.flatMap(RunStatus.init(rawValue:))
        guard result.status == .success else {
            let status: RunStatus = result.status == .invalid ? .inputError : .simulationError
            let told = code.flatMap { $0.hasOutputs ? nil : $0 } ?? status
            self.init(status: told, messages: [result.message] + result.messages)
            return
        }
        do throws(SinterError) {
            self.init(
                status: code.flatMap { $0.hasOutputs ? $0 : nil } ?? .okay,
                outputs: try configuration.outputs(reported: result.output ?? .null, times: run.times?.count),
                messages: result.messages)
        } catch {
            self.init(
                status: .simulationError, messages: error.errors.map(\.description) + result.messages)
        }
    }
}
