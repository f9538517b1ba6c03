import FOQUSModel
import FileKit
import Sinter

/// Where the model of a node is. Blocking: call on a pool's thread.
struct NodeModel: Sendable, Equatable {
    /// Absolute; shared with other jobs.
    let directory: String
    /// The Sinter configuration among the files there; nil when it is to be found.
    let configuration: String?
    /// Changes whenever a file does.
    let fingerprint: String

    /// - Parameter node: for messages.
    init(_ model: SimulationName, node: String, of job: JobRun) throws(SimulationError) {
        if let own = Self.own(model, in: job.simulationDirectory) {
            directory = own.directory
            configuration = own.configuration
            fingerprint = "\(job.fingerprint)/\(model)"
        } else if let staged = job.dependencyDirectories[model] {
            directory = staged
            configuration = nil
            // Named by it, so that jobs of the simulation itself share its warm processes.
            fingerprint = Path.lastComponent(staged)
        } else {
            throw SimulationError("node \(node) needs simulation \(model), which was not staged")
        }
    }

    /// A model that the flowsheet's simulation brings with it: `MODEL.json` at the top, or a folder `MODEL`.
    static func own(_ model: SimulationName, in directory: String) -> (directory: String, configuration: String?)? {
        let configuration = "\(model).json"
        if File.exists(Path.join(directory, configuration)) { return (directory, configuration) }
        let folder = Path.join(directory, model.description)
        return (try? Directory.list(folder)).map { _ in (folder, nil) }
    }

    /// What its configuration is for; nil without one that can be read.
    var simulator: SimulatorKind? {
        (try? SinterSimulation(directory: directory, named: configuration))?.configuration.simulator
    }
}
