public import EventLoop
import FOQUSModel
import FileKit
public import ProcessKit
public import Sinter
import Threading

/// Runs the program of a configuration on this machine, without a worker: what `foqus-sinter run` uses. Each run has a
/// folder of its own, with copies of the files that the configuration names: the model, the input files, the template and
/// the program.
public final class ProgramSimulator: SinterSimulator {
    private let simulation: SinterSimulation
    private let options: ProgramExecutor.Options
    private let workDirectory: String
    private let process: JobProcess
    private let files: BlockingPool

    /// - Parameters:
    ///   - directory: of the configuration and the files that it names. Absolute.
    ///   - workDirectory: where the runs get their folders. It must be there. Absolute.
    ///   - loop: the supervisor's.
    public init(
        _ configuration: SinterConfiguration, directory: String, _ options: ProgramExecutor.Options = .init(),
        workDirectory: String, supervisor: ProcessSupervisor, loop: EventLoop
    ) {
        simulation = SinterSimulation(configuration, configuration.model.path, directory)
        self.options = options
        self.workDirectory = workDirectory
        process = JobProcess(supervisor: supervisor, loop: loop, isolation: .none, grace: options.grace)
        files = BlockingPool(name: "program-files", limit: 2)
    }

    public func open() async throws(SimulatorFailure) {
        guard simulation.configuration.program != nil else {
            throw SimulatorFailure(.unavailable, "the configuration is for no program")
        }
    }

    /// Each run is a new process in a new folder.
    public func reset() async throws(SimulatorFailure) {}

    public func close() async {}

    public func run(_ run: PreparedRun, timeLimit: Duration?) async throws(SimulatorFailure) -> SimulatorResult {
        guard let program = simulation.configuration.program else {
            throw SimulatorFailure(.unavailable, "the configuration is for no program")
        }
        return try await files.withRunFolder(below: workDirectory) { folder throws(SimulatorFailure) in
            let programRun = ProgramRun(
                simulation: simulation, program: program, run: run, directory: folder, options: options)
            return try await make(programRun, timeLimit)
        }
    }

    private func make(_ run: ProgramRun, _ timeLimit: Duration?) async throws(SimulatorFailure) -> SimulatorResult {
        var environment = options.commonEnvironment
        environment["HOME"] = run.directory
        environment["TMPDIR"] = run.directory
        let prepared: ProgramRun.Prepared
        do throws(ProgramFailure) {
            prepared = try await files.run { [environment] () throws(ProgramFailure) in
                try Self.copyFiles(of: run)
                return try run.prepare(environment: environment)
            }
        } catch {
            switch error {
            case .refused(let message): return SimulatorResult(status: .inputError, messages: [message])
            case .machine(let message): throw SimulatorFailure(.unavailable, message)
            }
        }
        var command = prepared.command
        command.cookie = run.directory
        let (result, interruption): (ProcessResult, ProcessWatch.Interruption?)
        do throws(SpawnError) {
            let running = try await process.supervisor.spawn(command)
            (result, interruption) = await ProcessWatch(running, loop: process.loop, grace: process.grace).result(
                timeout: timeLimit)
        } catch {
            throw SimulatorFailure(.unavailable, "cannot run \(error)")
        }
        switch interruption {
        case .timeout: throw .overdue(timeLimit)
        case .cancelled: throw .cancelled
        case nil: break
        }
        let (process, warnings) = (process, prepared.warnings)
        let settled = await files.run {
            run.settle(result, process.status(of: result), account: process.account(of: result, JobLimits()))
        }
        return SimulatorResult(
            status: settled.status, outputs: settled.outputs, messages: warnings + settled.messages)
    }

    /// Copies, as a program may write to what it reads. What is not there is missed by the program, if at all.
    private static func copyFiles(of run: ProgramRun) throws(ProgramFailure) {
        let configuration = run.simulation.configuration
        var names = [configuration.model.path] + configuration.inputFiles.map(\.path)
        if let template = run.program.templateFile { names.append(template) }
        if let word = run.program.ownProgram(model: configuration.model.path) { names.append(word) }
        do throws(FileError) {
            for name in Set(names) where (try? SafeName.check(name)) != nil {
                let source = Path.join(run.simulation.directory, name)
                guard File.exists(source) else { continue }
                let inner = (try? Directory.files(under: source))?.map { Path.join(name, $0) }
                for file in inner ?? [name] {
                    let target = Path.join(run.directory, file)
                    try Directory.create(Path.parent(target), mode: 0o750)
                    if !File.exists(target) {
                        try File.copyNew(from: Path.join(run.simulation.directory, file), to: target)
                    }
                }
            }
        } catch {
            throw .machine("\(error)")
        }
    }
}
