/// How a run of a simulator ended, by the codes of the format.
public enum RunStatus: Int, Sendable, Hashable, CaseIterable {
    case okay = 0
    case simulationError = 1
    /// It ended with warnings; its results count.
    case simulationWarning = 2
    case couldNotContact = 3
    case unknownField = 4
    /// The run's inputs were refused; nothing was run.
    case inputError = 5
    case notRun = 6
    /// It was stopped, as by a time limit.
    case stopped = 7
    case stopFailed = 8
    case nonConvergence = 9
    /// A failure of the interface to the simulator.
    case interfaceError = 100

    /// Whether the outputs are results.
    public var hasOutputs: Bool { self == .okay || self == .simulationWarning }
}
