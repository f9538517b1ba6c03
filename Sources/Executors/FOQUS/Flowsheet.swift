import FOQUSModel
import JSONKit

/// What must be known of a session file before the engine loads it: which models its nodes need.
struct Flowsheet: Sendable, Equatable {
    /// A node that runs a plug-in of the user's: a Python module named after its model.
    struct UserPlugin: Sendable, Equatable {
        let node: String
        /// Also the name of the simulation that holds it.
        let model: SimulationName
    }

    /// A node whose model is a Turbine simulation: a workbook, a model of Aspen's, a program.
    struct SimulationNode: Sendable, Equatable {
        let node: String
        let model: SimulationName
    }

    /// Of nodes that name the application `foqus-user-plugin`, in the order of the file.
    let userPlugins: [UserPlugin]
    /// Models of plug-in nodes without an application: the engine's own, or files of the simulation.
    let pluginModels: [String]
    /// In the order of the file.
    let simulationNodes: [SimulationNode]

    private static let pluginApplication = "foqus-user-plugin"
    /// `modelType` of plug-in nodes in session files.
    private static let pluginModelType = 1
    /// `modelType` of nodes that Turbine runs.
    private static let simulationModelType = 2

    /// Reads the text of a session file. Sessions that FOQUS saved may hold bare NaN.
    init(session bytes: [UInt8]) throws(SimulationError) {
        let session: JSON
        do {
            session = try JSON.parse(bytes, options: .lenientNumbers)
        } catch {
            throw SimulationError("session.foqus is not JSON: \(error)")
        }
        guard let nodes = session["flowsheet"]?["nodes"]?.objectValue else {
            throw SimulationError("session.foqus is no FOQUS session: it has no flowsheet with nodes")
        }
        var userPlugins: [UserPlugin] = []
        var pluginModels: [String] = []
        var simulationNodes: [SimulationNode] = []
        for (name, node) in nodes {
            if node["modelType"]?.intValue == Self.simulationModelType {
                simulationNodes.append(try Self.simulationNode(node, named: name))
            } else if let plugin = try Self.userPlugin(of: node, named: name) {
                userPlugins.append(plugin)
            } else if node["modelType"]?.intValue == Self.pluginModelType, let model = node["modelName"]?.stringValue {
                pluginModels.append(model)
            }
        }
        self.userPlugins = userPlugins
        self.pluginModels = pluginModels
        self.simulationNodes = simulationNodes
    }

    private static func simulationNode(_ node: JSON, named name: String) throws(SimulationError) -> SimulationNode {
        do {
            return SimulationNode(node: name, model: try SimulationName(node["modelName"]?.stringValue ?? ""))
        } catch {
            throw SimulationError("node \(name) of session.foqus runs a simulation with a \(error)")
        }
    }

    /// The plug-in of a node whose `turbApp` is `["foqus-user-plugin", …]`; nil of a node without an application.
    /// The model is the node's `modelName`, as upstream has it (FOQUS 3.27 service/flowsheet.py:146).
    private static func userPlugin(of node: JSON, named name: String) throws(SimulationError) -> UserPlugin? {
        guard let target = node["turbApp"], !target.isNull else { return nil }
        guard let items = target.arrayValue, items.count == 2 else {
            throw SimulationError("node \(name) of session.foqus has turbApp \(target), not [application, model]")
        }
        if items[0].isNull { return nil }
        guard let application = items[0].stringValue else {
            throw SimulationError("node \(name) of session.foqus has turbApp \(target), not [application, model]")
        }
        guard application.lowercased() == pluginApplication else {
            throw SimulationError(
                "node \(name) of session.foqus needs the application \(application), but its model is no simulation"
                    + " (modelType 2)")
        }
        do {
            return UserPlugin(node: name, model: try SimulationName(node["modelName"]?.stringValue ?? ""))
        } catch {
            throw SimulationError("node \(name) of session.foqus is a user plug-in with a \(error)")
        }
    }
}

/// The rules on a simulation's files that can be checked by their names.
enum FlowsheetFiles {
    static let session = "session.foqus"
    /// Beside `MODEL.py` in the simulation of a plug-in.
    static let pluginConfiguration = "foqus-user-plugin.json"

    /// Exactly one file ends in `.foqus`, and it is `session.foqus` at the top (cloud-protocol 2.4, row 11).
    static func verify(_ files: [String], of simulation: SimulationName) throws(SimulationError) {
        let sessions = files.filter { $0.hasSuffix(".foqus") }.sorted()
        guard let only = sessions.first else {
            throw SimulationError("simulation \(simulation) has no .foqus file; upload its flowsheet as \(session)")
        }
        guard sessions.count == 1 else {
            throw SimulationError(
                "simulation \(simulation) has several .foqus files: \(sessions.joined(separator: ", "))")
        }
        guard only == session else {
            throw SimulationError("simulation \(simulation) has its flowsheet in \(only), not in \(session)")
        }
    }
}
