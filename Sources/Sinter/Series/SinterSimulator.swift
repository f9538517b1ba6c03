/// What runs a configuration's model. One caller at a time.
public protocol SinterSimulator: Sendable {
    /// Starts the simulator and opens the model as its file has it.
    func open() async throws(SimulatorFailure)

    /// Sets all that the run assigns, runs, and reads the outputs. A run that the simulator itself reports as failed is a
    /// result; afterwards the model is still open.
    ///
    /// - Parameter timeLimit: for this run; nil for none.
    /// - Throws: when the simulator is lost: it must be closed, and opened again for the next run.
    func run(_ run: PreparedRun, timeLimit: Duration?) async throws(SimulatorFailure) -> SimulatorResult

    /// Makes the model what its file has, whatever earlier runs did to it.
    func reset() async throws(SimulatorFailure)

    /// Ends the simulator with all that it started. Closing what is not open is no error.
    func close() async
}

/// How a run went in the simulator.
public struct SimulatorResult: Sendable, Hashable {
    public let status: RunStatus
    /// By the names of the configuration; looked at only when the status has outputs.
    public let outputs: [String: SinterValue]
    /// What the simulator said.
    public let messages: [String]

    public init(status: RunStatus, outputs: [String: SinterValue] = [:], messages: [String] = []) {
        self.status = status
        self.outputs = outputs
        self.messages = messages
    }
}

/// The simulator is not there, or there no more.
public struct SimulatorFailure: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        /// It could not be started, or the model not be opened: no run can be made.
        case unavailable
        /// It ended in the midst of a run.
        case lost
        /// The run took longer than its limit, and the simulator was ended.
        case timeout
    }

    public let code: Code
    /// The reason and, where there is one, the remedy.
    public let description: String

    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
