public import JSONKit

/// Why a list of jobs cannot be appended to a session.
public struct JobRequestError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The element at fault, from 0; nil when the body as a whole is.
    public let index: Int?
    public let reason: String

    /// Worded as upstream words it (cloud-protocol 1.4), since clients show it.
    public var description: String {
        guard let index else { return "append validate job failed:  \(reason)" }
        return "append validate job failed (index=\(index)):  \(reason)"
    }
}

/// One job as a client asks for it: `Simulation` and `Input` are required, the rest is optional.
public struct JobRequest: Sendable, Hashable {
    public let simulation: SimulationName
    public let application: String
    public let members: JSONObject

    /// Reads the body of `POST /session/{id}`: all of it or nothing.
    public static func list(_ body: JSON) throws(JobRequestError) -> [JobRequest] {
        guard let elements = body.arrayValue else {
            throw JobRequestError(index: nil, reason: "the body is a JSON \(body.typeName), not an array of jobs")
        }
        var requests: [JobRequest] = []
        requests.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() { requests.append(try JobRequest(element, index: index)) }
        return requests
    }

    init(_ element: JSON, index: Int) throws(JobRequestError) {
        func refuse(_ reason: String) -> JobRequestError { JobRequestError(index: index, reason: reason) }
        guard let members = element.objectValue else { throw refuse("Not an object but \(element.typeName)") }
        guard let simulation = members["Simulation"], simulation != .string(""), simulation != .null else {
            throw refuse("Simulation not specified")
        }
        guard let name = simulation.stringValue else {
            throw refuse("Simulation is \(simulation.typeName), not a string")
        }
        guard let input = members["Input"], input != .null else { throw refuse("Input not specified") }
        guard case .object = input else { throw refuse("Input is \(input.typeName), not an object") }
        for flag in ["Reset", "Initialize", "Visible"] {
            guard let value = members[flag], value != .null else { continue }
            guard value.boolValue != nil else { throw refuse("\(flag) is \(value.typeName), not true or false") }
        }
        switch members["Application"] {
        case nil, .null: application = "foqus"
        case .string(let text) where Self.isApplicationName(text): application = text
        case let other?: throw refuse("Application \(other) is not a name of 1 to 64 letters, digits, - _ .")
        }
        do { self.simulation = try SimulationName(name) } catch { throw refuse(error.description) }
        self.members = members
    }

    public static func isApplicationName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
            }
    }

    /// The job that this request becomes.
    public func job(id: JobID, session: SessionID, user: UserName, created: Timestamp) -> Job {
        var request = members
        request["Id"] = .string(id.description)
        return Job(
            id: id, session: session, user: user, request: request, simulation: simulation, application: application,
            state: .create, created: created)
    }
}
