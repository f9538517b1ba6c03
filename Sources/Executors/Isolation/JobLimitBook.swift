public import FOQUSModel

/// Which limits hold for which jobs: those for all, changed by the application's, then by the simulation's, then by those
/// for one user's simulation.
public struct JobLimitBook: Sendable, Hashable {
    public var standard: JobLimits
    /// By application name.
    private var applications: [String: JobLimitChanges]
    /// By `SIMULATION` or `USER/SIMULATION`.
    private var simulations: [String: JobLimitChanges]

    public init(
        standard: JobLimits = JobLimits(), applications: [String: JobLimitChanges] = [:],
        simulations: [String: JobLimitChanges] = [:]
    ) {
        self.standard = standard
        self.applications = Dictionary(applications.map { ($0.key.lowercased(), $0.value) }) { _, last in last }
        self.simulations = simulations
    }

    public func limits(user: UserName, simulation: SimulationName, application: String) -> JobLimits {
        guard !applications.isEmpty || !simulations.isEmpty else { return standard }
        let changes = [
            applications[application.lowercased()], simulations["\(simulation)"], simulations["\(user)/\(simulation)"],
        ]
        return changes.compactMap { $0 }.reduce(standard) { $1.applied(to: $0) }
    }
}
