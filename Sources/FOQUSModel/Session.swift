public import JSONKit

/// The jobs that a user sends together.
public struct Session: Sendable, Hashable {
    public let id: SessionID
    /// Nil while nobody has appended to it: `POST /session` needs no credentials (cloud-protocol 1.2).
    public let owner: UserName?
    public let created: Timestamp

    public init(id: SessionID, owner: UserName?, created: Timestamp) {
        self.id = id
        self.owner = owner
        self.created = created
    }
}

/// How many jobs of a session stand where.
public struct SessionSummary: Sendable, Hashable {
    public var counts: [JobState: Int]

    public init(counts: [JobState: Int]) { self.counts = counts }

    public var total: Int { counts.values.reduce(0, +) }
    public var finished: Int { counts.filter { $0.key.isFinal }.values.reduce(0, +) }

    /// `{"Jobs":n,"Finished":n,"States":{state:n}}`.
    public var json: JSON {
        var states: JSONObject = [:]
        for state in JobState.allCases where counts[state, default: 0] > 0 {
            states[state.rawValue] = .int(Int64(counts[state, default: 0]))
        }
        return .object(["Jobs": .int(Int64(total)), "Finished": .int(Int64(finished)), "States": .object(states)])
    }

    public init?(_ json: JSON) {
        guard let states = json["States"]?.objectValue else { return nil }
        var counts: [JobState: Int] = [:]
        for (name, count) in states {
            guard let state = JobState(rawValue: name), let count = count.intValue else { return nil }
            counts[state] = Int(count)
        }
        self.init(counts: counts)
    }
}

/// A worker process as the table knows it.
public struct Consumer: Sendable, Hashable {
    public let id: ConsumerID
    public let instance: String?
    /// The last keepalive.
    public let running: Timestamp

    public init(id: ConsumerID, instance: String?, running: Timestamp) {
        self.id = id
        self.instance = instance
        self.running = running
    }
}

/// A user who may sign in. The password is kept as a scrypt hash only.
public struct User: Sendable, Hashable, CustomStringConvertible {
    public let name: UserName
    public let passwordHash: String
    public let created: Timestamp

    public init(name: UserName, passwordHash: String, created: Timestamp) {
        self.name = name
        self.passwordHash = passwordHash
        self.created = created
    }

    /// Without the hash, so that no log line ever holds it.
    public var description: String { "user \(name)" }
}
