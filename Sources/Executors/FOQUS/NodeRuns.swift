import FOQUSModel
import FileKit
import JSONKit
import Logging
import Sinter
import Threading

/// What runs of nodes need.
struct NodeServices: Sendable {
    let executors: ExecutorRegistry
    let files: BlockingPool
    let log: Logger

    /// What runs a node's simulation, with the application's name here.
    func executor(for call: NodeCall, _ model: NodeModel) throws(SimulationError) -> (String, any Executor) {
        if let name = call.application, let executor = executors.executor(for: name) {
            return try checked(name, executor, call)
        }
        // The same simulator by another name, as the configuration has it.
        if let kind = call.application.flatMap(SimulatorKind.init(application:)) ?? model.simulator,
            let name = executors.names.first(where: { SimulatorKind(application: $0) == kind }),
            let executor = executors.executor(for: name)
        {
            return try checked(name, executor, call)
        }
        let wanted = call.application ?? model.simulator?.rawValue
        throw SimulationError(
            (wanted.map { "simulation \(call.simulation) needs the application \($0), which this worker does not have" }
                ?? "simulation \(call.simulation) has no Sinter configuration that tells its application")
                + "; it has: \(executors.names.joined(separator: ", "))")
    }

    private func checked(
        _ name: String, _ executor: any Executor, _ call: NodeCall
    ) throws(SimulationError) -> (String, any Executor) {
        if executor is FOQUSExecutor {
            throw SimulationError(
                "simulation \(call.simulation) is of the application \(name): a node runs no flowsheet")
        }
        return (name, executor)
    }
}

/// The simulations that the nodes of one running flowsheet ask for, one at a time.
final class NodeRuns: Sendable {
    private struct State {
        /// When the flowsheet's time ends.
        var deadline: ContinuousClock.Instant?
        var results: [(name: String, path: String)] = []
        /// Why the machine could not run a simulation.
        var fault: String?
    }

    private let job: JobRun
    private let services: NodeServices
    private let state = Locked(State())

    init(of job: JobRun, _ services: NodeServices) {
        self.job = job
        self.services = services
    }

    /// The flowsheet begins.
    func begin() {
        let deadline = job.timeout.map { ContinuousClock.now + $0 }
        state.withLock { $0.deadline = deadline }
    }

    /// Runs what a node asks for. When the task is cancelled, the run is ended.
    func answer(_ call: RunnerCall) async -> NodeAnswer {
        do {
            return try await run(try NodeCall(call), call.number)
        } catch {
            return NodeAnswer(.error, messages: error.description)
        }
    }

    /// The flowsheet is over: brings the files of its nodes' runs into the job's folder, below `nodes`.
    ///
    /// What fails because of the machine fails the flowsheet, and another attempt may do better.
    func settle(_ outcome: Outcome) async -> Outcome {
        let (results, fault) = state.withLock { ($0.results, $0.fault) }
        var outcome = outcome
        if case .failed = outcome, let fault { outcome = .infrastructure(message: fault) }
        let isKept =
            switch outcome {
            case .success, .failed, .timedOut: true
            case .infrastructure, .cancelled: false
            }
        let (directory, log, id) = (job.directory, services.log, job.job)
        await services.files.run {
            do throws(FileError) {
                if isKept { try NodeFolder.gather(results, into: directory) }
            } catch {
                log.warning("files of a flowsheet's nodes are lost", ["job": id, "reason": error])
            }
            for result in results { try? Directory.removeTree(result.path) }
        }
        return outcome
    }

    // MARK: one run

    private func run(_ call: NodeCall, _ number: Int) async throws(SimulationError) -> NodeAnswer {
        let (job, services) = (job, services)
        let (model, application, executor) = try await services.files.run { () throws(SimulationError) in
            let model = try NodeModel(call.simulation, node: call.node, of: job)
            let (application, executor) = try services.executor(for: call, model)
            return (model, application, executor)
        }
        let folder: NodeFolder
        switch await services.files.run({ self.stage(call, model, executor) }) {
        case .success(let made): folder = made
        case .failure(.model(let error)): throw error
        case .failure(.disk(let error)): return fault(call, "\(error)")
        }
        let run = JobRun(
            job: job.job, attempt: job.attempt, session: job.session, user: job.user, simulation: call.simulation,
            application: application, input: call.input, directory: folder.path,
            simulationDirectory: model.directory, dependencyDirectories: [:], fingerprint: model.fingerprint,
            timeout: timeout(call), limits: job.limits, conduct: call.conduct,
            run: AttemptID(UUIDText(random: (0..<16).map { _ in .random(in: 0...255) })),
            configuration: model.configuration)
        let outcome = Task.isCancelled ? .cancelled : await executor.run(run) {}
        let (notes, hasResults) = await services.files.run { (folder.notes(), folder.strip()) }
        if hasResults {
            state.withLock { $0.results.append((NodeFolder.name(call.node, number), folder.path)) }
        }
        if case .infrastructure(let message) = outcome { return fault(call, message) }
        return NodeAnswer(outcome, notes: notes)
    }

    private enum StagingFailure: Error {
        case model(SimulationError)
        case disk(FileError)
    }

    private func stage(
        _ call: NodeCall, _ model: NodeModel, _ executor: any Executor
    ) -> Result<NodeFolder, StagingFailure> {
        do {
            let files = try Directory.files(under: model.directory)
            try executor.verify(files: files, of: call.simulation)
            return .success(
                try NodeFolder(beside: job.directory, model: model, files: files) { directory throws(FileError) in
                    try executor.furnish(directory, input: call.input, description: call.description)
                })
        } catch let error as SimulationError {
            return .failure(.model(error))
        } catch let error as FileError {
            return .failure(.disk(error))
        } catch {
            return .failure(.model(SimulationError("\(error)")))
        }
    }

    private func fault(_ call: NodeCall, _ reason: String) -> NodeAnswer {
        let message = "node \(call.node): \(reason)"
        state.withLock { $0.fault = message }
        return NodeAnswer(Outcome.infrastructure(message: reason), notes: "")
    }

    /// By the node's options, and not longer than the flowsheet may take.
    private func timeout(_ call: NodeCall) -> Duration? {
        let left = state.withLock { $0.deadline }.map { max(.milliseconds(1), ContinuousClock.now.duration(to: $0)) }
        return [call.timeout, left].compactMap { $0 }.min()
    }
}
