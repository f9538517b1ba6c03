public import EventLoop
import FOQUSModel
import FileKit
import JSONKit
public import Logging
public import ProcessKit
public import Sinter
import Threading

/// Runs a model on this machine in a runner of its own, without a worker: what `foqus-sinter run` uses.
public actor RunnerSimulator: SinterSimulator {
    private let simulation: SinterSimulation
    private let launcher: RunnerLauncher
    private let patience: Runner.Patience
    private let files: BlockingPool
    private let workDirectory: String
    private var runner: Runner?
    private var mustReset = false

    /// - Parameters:
    ///   - directory: of the configuration and the model's files. Absolute.
    ///   - options: as of an executor.
    ///   - loop: the supervisor's.
    public init(
        _ kind: SinterRunnerKind, _ configuration: SinterConfiguration, directory: String, _ options: RunnerOptions,
        supervisor: ProcessSupervisor, loop: EventLoop, log: Logger
    ) {
        let simulation = SinterSimulation(configuration, configuration.model.path, directory)
        let files = BlockingPool(name: "simulator-files", limit: 2)
        self.simulation = simulation
        self.files = files
        patience = options.patience
        workDirectory = options.workDirectory
        launcher = RunnerLauncher(
            RunnerProgram(kind, options), supervisor: supervisor, loop: loop, files: files, isolation: .none, log: log)
    }

    public func open() async throws(SimulatorFailure) {
        await close()
        do throws(RunnerFailure) {
            let share = Sandbox.Share(readable: [simulation.directory], writable: [workDirectory])
            runner = try await launcher.start(
                RunnerPurpose(
                    name: "foqus-sinter", subject: simulation.file, limits: JobLimits(), share: share,
                    load: simulation.load),
                nil)
        } catch {
            throw SimulatorFailure(.unavailable, error.reason)
        }
    }

    public func reset() async throws(SimulatorFailure) { mustReset = true }

    public func close() async {
        guard let runner = runner.take() else { return }
        await launcher.end(runner, because: "it is closed")
    }

    public func run(_ run: PreparedRun, timeLimit: Duration?) async throws(SimulatorFailure) -> SimulatorResult {
        guard let runner else { throw SimulatorFailure(.lost, "the model is not open") }
        var conduct = JobConduct()
        conduct.reset = mustReset
        mustReset = false
        let details = run.details(conduct)
        let patience = patience
        let end = try await files.withRunFolder(below: workDirectory) { folder throws(SimulatorFailure) in
            let request = RunRequest(
                id: "run", input: run.input, directory: folder, timeout: timeLimit, details: details)
            return await runner.run(request, patience: patience) {}
        }
        switch RunSettlement(end, excess: nil, timeout: timeLimit, runner: "simulator") {
        case .told(let result): return SimulatorResult(result, of: simulation.configuration, run)
        case .outcome(.timedOut): throw .overdue(timeLimit)
        case .outcome(.failed(let message, _)), .outcome(.infrastructure(let message)):
            throw SimulatorFailure(.lost, message)
        case .outcome(.cancelled), .outcome(.success): throw .cancelled
        }
    }
}
