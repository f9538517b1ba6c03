import AWSClient
import AWSPeers
import FileKit
import JSONKit
import ProcessKit
import TestSupport

/// A deployed FOQUS cloud on a peer of AWS: boto3 plays the lambdas (cloud.py).
struct Cloud: Sendable {
    /// Where boto3 works.
    private let peer: AWSPeer
    /// Names, as `set_up` gives them.
    private let names: JSON

    static let user = "alice"

    /// - Parameter isRaw: whether the queue of jobs gets the messages of the topic as they are, or in envelopes.
    init(on peer: AWSPeer, isRaw: Bool = true) async throws {
        self.peer = peer
        names = try await Self.python(
            "set_up(given[0], raw=given[1])", [.string(AWSPeer.unique("foqus")), .bool(isRaw)], peer)
    }

    /// Runs an expression that may use the cloud's names as `cloud` and `given`.
    @discardableResult
    func python(_ expression: String, _ given: JSON = .null) async throws -> JSON {
        try await Self.python(
            "(lambda cloud, given: \(expression))(given[0], given[1])", .array([names, given]), peer)
    }

    private static func python(_ expression: String, _ given: JSON, _ peer: AWSPeer) async throws -> JSON {
        let file = Path.join(Installation.root, "Tests/SystemTests/Support/cloud.py")
        let functions = String(decoding: try File.read(file), as: UTF8.self)
        return try await Boto.run(functions + "\nresult = \(expression)\n", peer, given: given)
    }

    /// The settings of a worker of this cloud, by `section.key`.
    var settings: [String: String] {
        let keys = [
            "job_queue_url": "jobs", "update_topic": "update", "message_topic": "message", "alert_topic": "alert",
            "simulation_bucket": "simulations", "session_bucket": "sessions", "table": "table",
        ]
        var settings = ["store.backend": "aws", "worker.users": Self.user, "aws.instance_metadata": "false"]
        for (key, name) in keys { settings["aws.\(key)"] = names[name]?.stringValue }
        return settings
    }

    /// What a deployed instance says of itself.
    var tags: [String: String] {
        let roles = [
            "FOQUS-Job-Queue-Url": "jobs", "FOQUS-Update-Topic-Arn": "update", "FOQUS-Message-Topic-Arn": "message",
            "FOQUS-Alert-Topic-Arn": "alert", "FOQUS-Simulation-Bucket-Name": "simulations",
            "FOQUS-Session-Bucket-Name": "sessions", "FOQUS-DynamoDB-Table": "table",
        ]
        var tags = ["FOQUS-User": Self.user, "Name": "a worker"]
        for (tag, role) in roles { tags[tag] = names[role]?.stringValue }
        return tags
    }

    /// The variables that lead a worker to a peer, this one or one that breaks calls on their way to it.
    func environment(through other: AWSPeer? = nil) -> [String: String] {
        let peer = other ?? peer
        return [
            "AWS_ENDPOINT_URL": peer.endpoint, "AWS_REGION": peer.region,
            "AWS_ACCESS_KEY_ID": peer.credentials.accessKeyID,
            "AWS_SECRET_ACCESS_KEY": peer.credentials.secretAccessKey,
        ]
    }

    /// Plays the notification lambda until `count` jobs of the session, or more, have their records.
    func processUntilFinished(_ session: JSON, _ count: Int, user: String = Self.user) async throws -> JSON {
        var found = JSON.null
        try await eventually("\(count) jobs have records in the session bucket", within: .seconds(300)) {
            try await python("process(cloud)")
            found = try await python("finished(cloud, given[0], given[1])", [session, .string(user)])
            return Set((found["records"]?.arrayValue ?? []).compactMap { $0["Id"]?.stringValue }).count >= count
        }
        return found
    }
}

extension Deployment {
    /// Starts a worker of a cloud and waits until it works.
    func startWorker(of cloud: Cloud, through peer: AWSPeer? = nil, _ changes: [String: String] = [:]) async throws
        -> Daemon
    {
        var command = command(
            try Installation.program("foqus-worker"), "run", cloud.settings.merging(changes) { $1 })
        command.environment.merge(cloud.environment(through: peer)) { $1 }
        let worker = try await start("worker", command)
        try await worker.untilReady()
        return worker
    }
}
