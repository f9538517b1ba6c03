import FOQUSModel
import JSONKit

/// A node of a running flowsheet needs a run of its simulation (Runners/README.md).
struct NodeCall: Sendable {
    let node: String
    let simulation: SimulationName
    /// As FOQUS noted it: `Excel`, `ACM`, `AspenPlus`, `GProms`.
    let application: String?
    /// By the names of the simulation's inputs.
    let input: JSON
    let conduct: JobConduct
    /// By the node's options; nil for no limit.
    let timeout: Duration?

    init(_ call: RunnerCall) throws(SimulationError) {
        let request = call.request
        guard let node = request["node"]?.stringValue, let name = request["simulation"]?.stringValue,
            let input = request["input"]?.objectValue
        else { throw SimulationError("the FOQUS runner sent a call without a node, a simulation or an input") }
        self.node = node
        do { simulation = try SimulationName(name) } catch {
            throw SimulationError("node \(node) runs a simulation with a \(error)")
        }
        application = request["application"]?.stringValue
        self.input = .object(input)
        var conduct = JobConduct()
        conduct.reset = request["reset"]?.boolValue ?? false
        conduct.initialize = request["initialize"]?.boolValue ?? false
        conduct.visible = request["visible"]?.boolValue ?? false
        self.conduct = conduct
        timeout = request["timeout"]?.doubleValue.flatMap { $0 > 0 ? .seconds($0) : nil }
    }

    /// As a job of its own would have been submitted.
    var description: JSONObject {
        [
            "Simulation": .string("\(simulation)"), "Input": input, "Reset": .bool(conduct.reset),
            "Initialize": .bool(conduct.initialize), "Visible": .bool(conduct.visible),
        ]
    }
}

/// What comes of a node's call.
struct NodeAnswer: Sendable, Equatable {
    /// By Turbine's names.
    enum State: String, Sendable {
        case success, error
        /// It ended after its timeout.
        case terminate
        /// It was ended with the flowsheet.
        case cancel
    }

    let state: State
    /// In Sinter's numbers.
    var status: Int
    /// A value and units for each output; null when there are none.
    var output: JSON = .null
    /// What the simulation said.
    var messages: String

    /// Sinter's numbers.
    private static let (okay, failed, stopped) = (0, 1, 7)

    init(_ state: State, status: Int = failed, output: JSON = .null, messages: String) {
        self.state = state
        self.status = status
        self.output = output
        self.messages = messages
    }

    /// - Parameter notes: what the model said besides.
    init(_ outcome: Outcome, notes: String) {
        switch outcome {
        case .success(let output):
            guard let outputs = Self.outputs(output) else {
                self.init(.error, messages: "its output is \(output.typeName), not an object of outputs")
                return
            }
            self.init(
                .success, status: Self.status(output) ?? Self.okay, output: outputs, messages: notes)
        case .failed(let message, let output):
            let texts = [message, notes].filter { !$0.isEmpty }
            self.init(
                .error, status: output.flatMap(Self.status) ?? Self.failed,
                output: output.flatMap(Self.outputs) ?? .null, messages: texts.joined(separator: "\n"))
        case .infrastructure(let message): self.init(.error, messages: message)
        case .timedOut: self.init(.terminate, status: Self.stopped, messages: notes)
        case .cancelled: self.init(.cancel, status: Self.stopped, messages: notes)
        }
    }

    /// Outputs as Turbine has them: a value and units each. Applications of others may tell plain values.
    private static func outputs(_ output: JSON) -> JSON? {
        guard let members = output.objectValue else { return nil }
        var outputs = JSONObject()
        for (name, member) in members {
            outputs[name] = member["value"] == nil ? ["value": member, "units": .null] : member
        }
        return .object(outputs)
    }

    private static func status(_ output: JSON) -> Int? {
        let status = output["status"]
        return (status?["value"] ?? status)?.intValue.flatMap { Int(exactly: $0) }
    }

    /// Of the `answer` to the runner.
    var members: JSONObject {
        [
            "state": .string(state.rawValue), "status": .int(Int64(status)), "output": output,
            "messages": .string(messages),
        ]
    }
}
