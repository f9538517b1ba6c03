/// How one run of a series ended.
public struct RunOutcome: Sendable, Hashable {
    /// Nil when its inputs were refused.
    public let run: PreparedRun?
    public let status: RunStatus
    public let outputs: [String: SinterValue]
    /// What was wrong, and what the simulator said; the warnings of the run are not among it.
    public let messages: [String]

    public init(run: PreparedRun?, status: RunStatus, outputs: [String: SinterValue] = [:], messages: [String] = []) {
        self.run = run
        self.status = status
        self.outputs = status.hasOutputs ? outputs : [:]
        self.messages = messages
    }
}

/// How a series ended.
public struct SeriesOutcome: Sendable, Hashable {
    /// One for each run, in order.
    public let runs: [RunOutcome]
    /// Why the simulator could not be used for some of them; nil when it could.
    public let unavailable: String?

    public var failed: Int { runs.count { !$0.status.hasOutputs } }
}
