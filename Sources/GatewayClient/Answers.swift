public import FOQUSModel
public import JSONKit

/// A job as the gateway tells of it.
public struct JobStatus: Sendable, Hashable {
    public let id: JobID
    public let state: JobState
    public let simulation: String
    public let application: String
    /// Why it failed.
    public let message: String?
    /// By value; only where outputs were asked for.
    public let output: JSON?
    /// All members, as in cloud-protocol 1.4.
    public let members: JSONObject

    init?(_ json: JSON) {
        guard let members = json.objectValue, let id = members["Id"]?.stringValue.flatMap({ JobID($0) }),
            let state = members["State"]?.stringValue.flatMap(JobState.init(rawValue:))
        else { return nil }
        self.id = id
        self.state = state
        self.members = members
        simulation = members["Simulation"]?.stringValue ?? ""
        application = members["Application"]?.stringValue ?? ""
        message = members["Message"]?.stringValue
        output = members["Output"]
    }
}

/// A simulation as the gateway lists it.
public struct SimulationEntry: Sendable, Hashable {
    public let name: String
    public let application: String
    /// Full keys of the files, where they were asked for.
    public let files: [String]

    init?(_ json: JSON) {
        guard let name = json["Name"]?.stringValue, let application = json["Application"]?.stringValue else {
            return nil
        }
        self.name = name
        self.application = application
        files = json["StagedInputs"]?.arrayValue?.compactMap { $0["Name"]?.stringValue } ?? []
    }
}

/// An application that the gateway runs.
public struct ApplicationEntry: Sendable, Hashable {
    public let name: String
    public let inputs: [String]

    init?(_ json: JSON) {
        guard let name = json["Name"]?.stringValue else { return nil }
        self.name = name
        inputs = json["Inputs"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }
}

/// A file that a job made.
public struct JobFileEntry: Sendable, Hashable {
    /// Below the job's folder.
    public let path: String
    /// Bytes.
    public let size: Int
    public let etag: String

    init?(_ json: JSON) {
        guard let path = json["Name"]?.stringValue, let size = json["Size"]?.intValue else { return nil }
        self.path = path
        self.size = size
        etag = json["ETag"]?.stringValue ?? ""
    }
}

/// What `GET /healthz` tells.
public struct GatewayHealth: Sendable, Hashable {
    public let isWell: Bool
    /// `ok` or what is wrong, by store.
    public let stores: [String: String]
}
