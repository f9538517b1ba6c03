import Executors
import FOQUSModel
import FileKit
import JSONKit
import Threading

/// Runs the simulations of nodes as a test wants, without any process.
final class FakeSimulator: Executor {
    typealias Body = @Sendable (JobRun) async -> Outcome

    private let body: Body
    private let asked = Locked<[JobRun]>([])
    private let over = Locked(0)

    init(_ body: @escaping Body) { self.body = body }

    /// One with a result for every run.
    convenience init(_ outcome: Outcome) { self.init { _ in outcome } }

    /// What it was asked to run, in order.
    var runs: [JobRun] { asked.withLock { $0 } }
    /// How many runs are over.
    var ended: Int { over.withLock { $0 } }

    var description: String { "fake (for tests)" }

    func furnish(_ directory: String, input: JSON, description: JSONObject) throws(FileError) -> Set<String> {
        try File.write(JSON.object(description).serialized(), to: Path.join(directory, "job.json"))
        return ["job.json"]
    }

    func verify(files: [String], of simulation: SimulationName) throws(SimulationError) {
        if files.contains("broken") { throw SimulationError("simulation \(simulation) is broken") }
    }

    func dependencies(ofSimulationAt directory: String) async throws(SimulationError) -> [SimulationName] { [] }

    func shutdown() async {}

    func run(_ job: JobRun, started: @escaping @Sendable () -> Void) async -> Outcome {
        asked.withLock { $0.append(job) }
        started()
        let outcome = await body(job)
        over.withLock { $0 += 1 }
        return outcome
    }
}
