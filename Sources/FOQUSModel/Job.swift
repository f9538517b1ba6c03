public import JSONKit

/// One simulation run that a user asked for, as the job table keeps it.
public struct Job: Sendable, Hashable {
    public let id: JobID
    public let session: SessionID
    public let user: UserName
    /// What the client sent, with `Id` set by the gateway; members that nobody knows are kept.
    public let request: JSONObject
    public let simulation: SimulationName
    /// Chooses the executor. `foqus` when the client names none.
    public let application: String
    public var state: JobState
    public let created: Timestamp
    public var submitted: Timestamp?
    public var setUp: Timestamp?
    public var started: Timestamp?
    public var finished: Timestamp?
    /// The consumer that ran the latest attempt.
    public var consumer: ConsumerID?
    /// The executor's values, or a reference to them (`OutputReference`).
    public var output: JSON?
    /// Why the job failed, for people.
    public var message: String?

    public init(
        id: JobID, session: SessionID, user: UserName, request: JSONObject, simulation: SimulationName,
        application: String, state: JobState, created: Timestamp
    ) {
        self.id = id
        self.session = session
        self.user = user
        self.request = request
        self.simulation = simulation
        self.application = application
        self.state = state
        self.created = created
    }

    /// The inputs by node: `{"node":{"variable":value}}`.
    public var input: JSON { request["Input"] ?? .object([:]) }

    private func flag(_ name: String) -> JSON { .bool(request[name]?.boolValue ?? false) }

    /// One element of `GET /session/{id}` (cloud-protocol 1.4). The output is left out unless asked for: with
    /// ten thousand jobs it would make the answer unusable, and upstream never sends it.
    public func statusJSON(withOutput: Bool = false) -> JSON {
        var object: JSONObject = [
            "Id": .string(id.description), "Application": .string(application),
            "SessionId": .string(session.description), "Initialize": flag("Initialize"), "Input": input,
            "State": .string(state.rawValue), "Reset": flag("Reset"), "Simulation": .string(simulation.description),
            "Create": .string(created.description),
        ]
        for (name, time) in [("Submit", submitted), ("Setup", setUp), ("Running", started), ("Finished", finished)] {
            if let time { object[name] = .string(time.description) }
        }
        if let message { object["Message"] = .string(message) }
        if withOutput, let output { object["Output"] = output }
        return .object(object)
    }

    /// The finished record: a member of a result page and the object in the session bucket (cloud-protocol 3.4).
    public func recordJSON() -> JSON {
        var object: JSONObject = [
            "Id": .string(id.description), "Type": "Job", "State": .string(state.rawValue),
            "Create": .string(created.description), "User": .string(user.description),
            "Initialize": flag("Initialize"), "Input": input, "Reset": flag("Reset"),
            "Simulation": .string(simulation.description), "Application": .string(application),
        ]
        for (name, time) in [("submit", submitted), ("setup", setUp), ("running", started), ("Finished", finished)] {
            if let time { object[name] = .string(time.description) }
        }
        if let consumer { object["ConsumerId"] = .string(consumer.description) }
        if let message { object["Message"] = .string(message) }
        if let output { object["Output"] = output }
        object["Session"] = .string(session.description)
        return .object(object)
    }
}
