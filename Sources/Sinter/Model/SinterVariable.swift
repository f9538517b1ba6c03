public import TextKit

/// A setting, an input or an output that a configuration describes.
public struct SinterVariable: Sendable, Hashable {
    public enum Role: String, Sendable, Hashable, CaseIterable {
        /// Tells the simulator how to run; has no path and no units.
        case setting
        case input
        case output
        /// Changes at the times of the setting `TimeSeries`.
        case dynamicInput = "dynamic input"
        /// Read at those times.
        case dynamicOutput = "dynamic output"
    }

    /// As it is written; compared without regard to case.
    public let name: String
    public let role: Role
    public let type: VariableType
    /// Where the simulator has it, in its own notation. An input is written to all, an output read from the first.
    public let paths: [String]
    public let description: String?
    /// Of its default, its limits, and of what the simulator gets and gives. Nil or empty for none.
    public let units: String?
    /// What it has when a run does not say; of a dynamic variable, at all times. Nil for outputs and where a text
    /// configuration leaves it out.
    public var defaultValue: SinterValue?
    /// Advice only: a value outside is a warning. Of the same shape as the variable.
    public let minimum: SinterValue?
    public let maximum: SinterValue?
    /// Where the configuration describes it.
    public let place: SourcePlace?

    public init(
        name: String, role: Role, type: VariableType, paths: [String] = [], description: String? = nil,
        units: String? = nil, defaultValue: SinterValue? = nil, minimum: SinterValue? = nil,
        maximum: SinterValue? = nil, place: SourcePlace? = nil
    ) {
        self.name = name
        self.role = role
        self.type = type
        self.paths = paths
        self.description = description
        self.units = units
        self.defaultValue = defaultValue
        self.minimum = minimum
        self.maximum = maximum
        self.place = place
    }

    /// Whether a run may give it.
    public var isGiven: Bool {
        switch role {
        case .setting, .input, .dynamicInput: true
        case .output, .dynamicOutput: false
        }
    }

    public var isDynamic: Bool { role == .dynamicInput || role == .dynamicOutput }

    /// The setting that holds the times of a dynamic run; the only vector whose length a run may change.
    public var isTimeSeries: Bool { role == .setting && FoldedName(name) == Self.timeSeries }

    static let timeSeries = FoldedName("TimeSeries")
}
