public import EventLoop
public import FOQUSModel
import FileKit
import JSONKit
public import Logging
public import ProcessKit
import Sinter
import Threading

/// Runs the programs of Sinter configurations, once for each job.
///
/// A configuration says how its program is started, how it is told the inputs and where it leaves the outputs
/// (docs/sinter.md, "Programs"). The program runs in the job's folder, beside the simulation's files, in the environment
/// that a `CommandExecutor` gives too. The job's output is what Turbine has there: a value and units for each output, and
/// the status.
///
/// What the program prints is left in `stdout.log` and `stderr.log` up to a limit, warnings in `messages.txt`. Whatever
/// its end, all its descendants end with it.
public final class ProgramExecutor: Executor {
    let options: Options
    private let process: JobProcess
    private let files: BlockingPool
    private let log: Logger
    private let simulations = SinterSimulations()
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
        files = BlockingPool(name: "program-files", limit: 4)
        environment = options.commonEnvironment
    }

    public var description: String { "program (\(options.allowed?.joined(separator: ", ") ?? "any"))" }

    public func verify(files: [String], of simulation: SimulationName) throws(SimulationError) {
        try SinterSimulation.verify(files, of: simulation)
    }

    /// Inputs are written when the configuration is known: they are results, as they show what was run.
    // MARK: one job

    public func run(_ job: JobRun, started: @escaping @Sendable () -> Void) async -> Outcome {
        let (run, prepared): (ProgramRun, ProgramRun.Prepared)
        do throws(ProgramFailure) {
            (run, prepared) = try await prepare(job)
        } catch {
            switch error {
            case .refused(let message): return .failed(message: message, output: nil)
            case .machine(let message): return .infrastructure(message: message)
            }
        }
        var command = prepared.command
        command.cookie = job.attempt.description
        let (result, interruption): (ProcessResult, ProcessWatch.Interruption?)
        do throws(IsolationFailure) {
            (result, interruption) = try await process.run(command, of: job, started: started)
        } catch {
            switch error {
            case .spawn(let error): return outcome(error, isOwn: prepared.isOwn)
            case .cage(let error): return .infrastructure(message: error.description)
            }
        }
        let (process, log) = (process, log)
        let settled = await files.run {
            Self.keepLogs(result, in: job.directory) { log.warning("a log is lost", ["job": job.job, "reason": $0]) }
            return interruption == nil
                ? run.settle(result, process.status(of: result), account: process.account(of: result, job.limits)) : nil
        }
        switch interruption {
        case .cancelled: return .cancelled
        case .timeout: return .timedOut(after: job.timeout ?? .zero)
        case nil: break
        }
        guard let settled else { return .cancelled }
        await keep(prepared.warnings + settled.messages, in: job.directory)
        let output = run.simulation.output(settled.outputs, settled.status)
        return settled.status.hasOutputs
            ? .success(output: output) : .failed(message: settled.messages.joined(separator: "; "), output: output)
    }

    private func prepare(_ job: JobRun) async throws(ProgramFailure) -> (ProgramRun, ProgramRun.Prepared) {
        let (options, simulations) = (options, simulations)
        let environment = environment.merging(JobProcess.environment(of: job)) { $1 }
        return try await files.run { () throws(ProgramFailure) in
            let run: ProgramRun
            do throws(SimulationError) {
                let simulation = try simulations.simulation(of: job)
                guard let program = simulation.configuration.program else {
                    let wanted = simulation.configuration.simulator?.rawValue ?? "an unknown simulator"
                    throw SimulationError(
                        "\(simulation.file) is for \(wanted), and application \(job.application) runs programs here")
                }
                run = ProgramRun(
                    simulation: simulation, program: program, run: try simulation.prepare(job.input),
                    directory: job.directory, options: options)
            } catch {
                throw .refused(error.description)
            }
            var prepared = try run.prepare(environment: environment)
            prepared.warnings += run.run.warnings.map { "warning: \($0)" }
            return (run, prepared)
        }
    }

    private func outcome(_ error: SpawnError, isOwn: Bool) -> Outcome {
        guard error.step == .program, !error.isTransient else { return .infrastructure(message: error.description) }
        if isOwn { return .failed(message: "the simulation's program cannot run: \(error)", output: nil) }
        return .infrastructure(
            message: "cannot run \(error); install the program on this worker, or name its path in programs of"
                + " [\(options.settingsSection)]")
    }

    private static func keepLogs(_ result: ProcessResult, in directory: String, failed: (FileError) -> Void) {
        for (name, log) in [(OutputLog.stdout, result.stdout), (OutputLog.stderr, result.stderr)] {
            do throws(FileError) { try OutputLog.write(log, to: Path.join(directory, name)) } catch { failed(error) }
        }
    }

    /// A job without messages leaves no file. That they cannot be written is no reason to lose the results.
    private func keep(_ messages: [String], in directory: String) async {
        guard !messages.isEmpty else { return }
        let text = Array(messages.map { $0 + "\n" }.joined().utf8)
        await files.run { try? ResultFile.write(text, to: Path.join(directory, SinterExecutor.messagesFile)) }
    }
}

extension ProgramExecutor.Options {
    /// What all programs find in their environment.
    var commonEnvironment: [String: String] {
        var common = ["PATH": Environment.path]
        for name in environmentPassthrough { common[name] = Environment[name] }
        return common.merging(environment) { $1 }
    }
}
