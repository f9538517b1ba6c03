import Executors
import FOQUSModel
import FileKit
import JSONKit
import Threading

/// An executor whose runs the test writes itself. Counts them.
final class ScriptedExecutor: Executor {
    typealias Script = @Sendable (JobRun) async -> Outcome

    private let script: Script
    private let needs: [SimulationName]
    private let counts = Locked<[JobID: Int]>([:])

    init(needs: [SimulationName] = [], _ script: @escaping Script) {
        self.needs = needs
        self.script = script
    }

    var description: String { "scripted" }

    func furnish(_ directory: String, input: JSON, description: JSONObject) throws(FileError) -> Set<String> {
        try File.write(input.serialized(), to: directory + "/input_values.json")
        return ["input_values.json"]
    }
    var runs: [JobID: Int] { counts.withLock { $0 } }

    func verify(files: [String], of simulation: SimulationName) throws(SimulationError) {
        if files.contains("refuse.me") { throw SimulationError("simulation \(simulation) is refused") }
    }

    func dependencies(ofSimulationAt directory: String) async throws(SimulationError) -> [SimulationName] { needs }

    func run(_ job: JobRun, started: @escaping @Sendable () -> Void) async -> Outcome {
        counts.withLock { $0[job.job, default: 0] += 1 }
        started()
        return await script(job)
    }

    func shutdown() async {}
}

/// An executor whose simulations never begin, by their own fault.
final class UnstartedExecutor: Executor {
    var description: String { "unstarted" }

    func furnish(_ directory: String, input: JSON, description: JSONObject) throws(FileError) -> Set<String> { [] }
    func verify(files: [String], of simulation: SimulationName) throws(SimulationError) {}
    func dependencies(ofSimulationAt directory: String) async throws(SimulationError) -> [SimulationName] { [] }

    func run(_ job: JobRun, started: @escaping @Sendable () -> Void) async -> Outcome {
        .failed(message: "there is no such variable", output: nil)
    }

    func shutdown() async {}
}
