import FOQUSModel
import FileKit

/// What a session needs to be loaded. Blocking: call on a pool's thread.
struct LoadPlan: Sendable, Equatable {
    let session: String
    /// Folders with the plug-ins' files.
    let plugins: [String]

    /// The largest session file that is read, in bytes.
    static let sessionLimit = 512 << 20

    init(for job: JobRun) throws(SimulationError) {
        session = Path.join(job.simulationDirectory, FlowsheetFiles.session)
        let flowsheet = try Self.flowsheet(in: job.simulationDirectory)
        var plugins: [String] = []
        let models = flowsheet.pluginModels + flowsheet.userPlugins.map(\.model.description)
        if models.contains(where: { Self.holds($0, job.simulationDirectory) }) {
            plugins.append(job.simulationDirectory)
        }
        for plugin in flowsheet.userPlugins where !Self.holds(plugin.model.description, job.simulationDirectory) {
            guard let folder = job.dependencyDirectories[plugin.model] else {
                throw SimulationError("node \(plugin.node) needs simulation \(plugin.model), which was not staged")
            }
            for file in [FlowsheetFiles.pluginConfiguration, "\(plugin.model).py"]
            where !File.exists(Path.join(folder, file)) {
                throw SimulationError(
                    "node \(plugin.node) needs the user plug-in \(plugin.model), but simulation \(plugin.model) has no"
                        + " file \(file)")
            }
            if !plugins.contains(folder) { plugins.append(folder) }
        }
        for node in flowsheet.simulationNodes { _ = try NodeModel(node.model, node: node.node, of: job) }
        self.plugins = plugins
    }

    /// The simulations that hold the plug-ins and the models of nodes that a session needs and does not bring with it.
    static func dependencies(ofSimulationAt directory: String) throws(SimulationError) -> [SimulationName] {
        let flowsheet = try flowsheet(in: directory)
        let plugins = flowsheet.userPlugins.map(\.model).filter { !holds($0.description, directory) }
        let models = flowsheet.simulationNodes.map(\.model).filter { NodeModel.own($0, in: directory) == nil }
        var names: [SimulationName] = []
        for name in plugins + models where !names.contains(name) { names.append(name) }
        return names
    }

    private static func flowsheet(in directory: String) throws(SimulationError) -> Flowsheet {
        let bytes: [UInt8]
        do {
            bytes = try File.read(Path.join(directory, FlowsheetFiles.session), limit: sessionLimit)
        } catch {
            throw SimulationError("\(error)")
        }
        return try Flowsheet(session: bytes)
    }

    private static func holds(_ model: String, _ directory: String) -> Bool {
        File.exists(Path.join(directory, "\(model).py"))
    }
}
