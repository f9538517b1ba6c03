import FOQUSModel
import JSONKit

/// What the command line says about all jobs of an input file.
struct JobTemplate: Sendable, Hashable {
    /// Nil when each job of the file must name its simulation.
    var simulation: SimulationName?
    /// Nil to leave it to each job, or else to the gateway.
    var application: String?
    /// Start from the flowsheet as it was saved rather than as the job before left it.
    var reset: Bool

    /// The applications of Sinter configurations, whose inputs have names of their own and belong to no node.
    private static let sinterApplications: Set<String> = ["excel", "fmu", "program", "aspenplus", "acm", "gproms"]

    /// Whether inputs are by name alone, and not by node.
    var hasPlainNames: Bool { application.map { Self.sinterApplications.contains($0.lowercased()) } ?? false }

    init(simulation: SimulationName?, application: String? = nil, reset: Bool = false) {
        self.simulation = simulation
        self.application = application
        self.reset = reset
    }

    /// A job object as the gateway takes it. `members` holds at least `Input`, an object.
    func job(_ members: JSONObject) throws(JobRefusal) -> JSONObject {
        var job = members
        if let simulation {
            let named = job["Simulation"] ?? .null
            guard named.isNull || named == .string(simulation.description) else {
                throw JobRefusal(
                    member: "Simulation", reason: "Simulation is \(named), but the command line says \(simulation)")
            }
            job["Simulation"] = .string(simulation.description)
        } else if job["Simulation"] == nil {
            throw JobRefusal(reason: "the job names no Simulation. Add it, or use --simulation NAME.")
        }
        if let application { job["Application"] = .string(application) }
        if reset { job["Reset"] = true }
        do throws(JobRequestError) {
            _ = try JobRequest.list([.object(job)])
        } catch {
            throw JobRefusal(member: job.names.first { error.reason.hasPrefix($0) }, reason: error.reason)
        }
        return job
    }
}

/// Why one job of an input file cannot be submitted.
struct JobRefusal: Error {
    /// The member at fault; nil when the job as a whole is.
    var member: String?
    let reason: String
}
