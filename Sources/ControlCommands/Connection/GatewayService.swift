import FOQUSModel
import JSONKit

/// What the commands ask of a gateway (cloud-protocol 1.4 and 1.5).
///
/// Errors have the code `unreachable` when trying again may help, `refused` when it will not, `notFound` when what
/// was named is not there.
protocol GatewayService: Sendable {
    func createSession() async throws(ControlError) -> SessionID
    /// Adds jobs; not repeatable. Returns their ids in the same order.
    func append(_ jobs: [JSONObject], to session: SessionID) async throws(ControlError) -> [JobID]
    /// Returns how many jobs this call put on the queue.
    func start(_ session: SessionID) async throws(ControlError) -> Int
    func stop(_ session: SessionID) async throws(ControlError)
    func kill(_ session: SessionID) async throws(ControlError)
    /// The user's sessions, oldest first.
    func sessions() async throws(ControlError) -> [SessionID]
    func summary(of session: SessionID) async throws(ControlError) -> SessionSummary
    /// The ids of a session's jobs in the order they were appended.
    func jobs(of session: SessionID) async throws(ControlError) -> [JobID]
    /// Puts what has finished since the last call on a page. Returns the last page's number, 0 for none.
    func makeResultPage(of session: SessionID) async throws(ControlError) -> Int
    /// Finished records, in the order they finished.
    func resultPage(_ number: Int, of session: SessionID) async throws(ControlError) -> [JSON]

    func simulations() async throws(ControlError) -> [ListedSimulation]
    /// Makes the simulation; one that exists keeps its files.
    func create(_ simulation: SimulationName, application: String) async throws(ControlError)
    func upload(_ content: [UInt8], as resource: SimulationResource, of simulation: SimulationName)
        async throws(ControlError)
}

/// A simulation as the gateway lists it.
struct ListedSimulation: Sendable, Hashable {
    let name: String
    let application: String
}

/// Where a file of a simulation goes.
enum SimulationResource: Sendable, Hashable {
    /// The gateway looks into it and names it by its kind.
    case configuration
    case file(RelativePath)
}
