public import JSONKit

/// A job's message on the queue: what start publishes and the worker receives (cloud-protocol 1.4, 2.3).
public enum JobMessage {
    /// The body: the job object with the members that say it was submitted.
    public static func body(of job: Job) -> JSON {
        var object = job.request
        object["resource"] = "job"
        object["status"] = "submit"
        object["jobid"] = .string(job.id.description)
        object["sessionid"] = .string(job.session.description)
        object["event"] = "status"
        return .object(object)
    }

    public static func attributes(of job: Job) -> [String: String] {
        [
            "event": "job.submit", "session": job.session.description, "job": job.id.description,
            "username": job.user.description, "application": job.application,
        ]
    }
}

/// Whose jobs a worker takes.
public enum UserFilter: Sendable, Hashable {
    case all
    case users(Set<UserName>)

    public func admits(_ user: UserName) -> Bool {
        switch self {
        case .all: true
        case .users(let users): users.contains(user)
        }
    }

    /// `alice`, `alice,bob` or `*`.
    public var words: String {
        switch self {
        case .all: "*"
        case .users(let users): users.map(\.description).sorted().joined(separator: ",")
        }
    }
}

/// A message that may be run, as far as the message itself can tell.
public struct AdmittedMessage: Sendable, Hashable {
    public let job: JobID
    public let session: SessionID
    public let user: UserName
    public let simulation: SimulationName
    public let application: String
    public let body: JSONObject

    public var input: JSON { body["Input"] ?? .object([:]) }
}

/// Why a message is refused, in the contract's order (cloud-protocol 2.4, rows 2 to 10).
public enum MessageRejection: Error, Sendable, Hashable {
    case noAttributes
    case missingAttribute(String)
    case badIdentifier(attribute: String, value: String)
    case wrongUser(name: String, job: JobID, session: SessionID)
    case badBody(reason: String, job: JobID, session: SessionID, user: UserName)

    /// The job to tell about it; nil where the contract publishes nothing.
    public var subject: (job: JobID, session: SessionID)? {
        switch self {
        case .noAttributes, .missingAttribute, .badIdentifier: nil
        case .wrongUser(_, let job, let session), .badBody(_, let job, let session, _): (job, session)
        }
    }

    /// The status to publish; nil where the contract publishes nothing.
    public var state: JobState? {
        switch self {
        case .noAttributes, .missingAttribute, .badIdentifier: nil
        case .wrongUser: .error
        case .badBody: .invalid
        }
    }

    public var reason: String {
        switch self {
        case .noAttributes: "the message has no attributes"
        case .missingAttribute(let name): "the message has no attribute \"\(name)\""
        case .badIdentifier(let attribute, let value): "attribute \(attribute) \"\(value.prefix(64))\" is not a UUID"
        case .wrongUser(let name, _, _): "Authorization Failed: wrong user(\(name.prefix(128)))"
        case .badBody(let reason, _, _, _): reason
        }
    }

    /// The dimension `event` of the metric count_of_job_finish; nil where the contract counts nothing.
    public var metric: String? { self == .noAttributes ? "invalid.job" : nil }
}

extension AdmittedMessage {
    /// Applies the rejection rules in the contract's order; the first that matches wins.
    public init(body: [UInt8], attributes: [String: String], accepts: UserFilter) throws(MessageRejection) {
        guard !attributes.isEmpty else { throw .noAttributes }
        for name in ["job", "session", "username"] where attributes[name] == nil { throw .missingAttribute(name) }
        let texts = (job: attributes["job"] ?? "", session: attributes["session"] ?? "")
        guard let job = JobID(texts.job) else { throw .badIdentifier(attribute: "job", value: texts.job) }
        guard let session = SessionID(texts.session) else {
            throw .badIdentifier(attribute: "session", value: texts.session)
        }
        let name = attributes["username"] ?? ""
        guard let user = try? UserName(name), accepts.admits(user) else {
            throw .wrongUser(name: name, job: job, session: session)
        }
        func bad(_ reason: String) -> MessageRejection {
            .badBody(reason: reason, job: job, session: session, user: user)
        }
        let parsed: JSON
        do { parsed = try JSON.parse(body) } catch { throw bad("the message body is not JSON: \(error)") }
        guard let object = parsed.objectValue else {
            throw bad("the message body is a JSON \(parsed.typeName), not an object")
        }
        switch object["Simulation"] {
        case nil, .null, .string(""): throw bad("no simulation specified")
        case .string(let text):
            do { simulation = try SimulationName(text) } catch { throw bad(error.description) }
        case let other?: throw bad("Simulation is \(other.typeName), not a string")
        }
        let input = object["Input"] ?? .null
        switch input {
        case .null, .object: break
        default: throw bad("Input is \(input.typeName), not an object")
        }
        switch object["Application"] {
        case nil, .null: application = "foqus"
        case .string(let text) where JobRequest.isApplicationName(text): application = text
        case let other?: throw bad("Application \(other) is not a name")
        }
        self.job = job
        self.session = session
        self.user = user
        self.body = object
    }
}
