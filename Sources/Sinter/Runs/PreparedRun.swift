/// A run checked against its configuration: every input has a value, in the configuration's units.
public struct PreparedRun: Sendable, Hashable {
    /// What one variable is set to.
    public struct Assignment: Sendable, Hashable {
        public let variable: SinterVariable
        /// As given, in the variable's type: what outputs documents tell.
        public let given: SinterValue
        /// Of `given`; those of the variable where the run names none.
        public let givenUnits: String?
        /// What the simulator gets: `given` in the variable's units.
        public let value: SinterValue
        /// Whether the run says nothing about it.
        public let isDefault: Bool
    }

    /// Settings, inputs, dynamic inputs, each in the configuration's order. Only settings can be missing: without a
    /// value they are left to the simulator.
    public let assignments: [Assignment]
    /// Of a dynamic run, rising; nil for one without time.
    public let times: [Double]?
    /// What is odd about it, such as a value outside its limits.
    public let warnings: [SinterProblem]

    public func assignments(_ role: SinterVariable.Role) -> [Assignment] {
        assignments.filter { $0.variable.role == role }
    }

    /// The value that the simulator gets, by a name in any case.
    public func value(_ name: String) -> SinterValue? {
        assignments.first { FoldedName($0.variable.name) == FoldedName(name) }?.value
    }
}
