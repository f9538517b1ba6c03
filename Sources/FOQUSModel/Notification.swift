public import JSONKit

/// The three topics of the contract.
public enum Topic: String, Sendable, Hashable, CaseIterable {
    /// State changes and outputs; the notification processor reads it.
    case update
    /// Texts for people.
    case message
    /// The service itself is in trouble.
    case alert
}

/// What leaves on a topic: a body and string attributes.
public struct Notification: Sendable, Hashable {
    public let topic: Topic
    public let body: JSON
    public let attributes: [String: String]

    public init(topic: Topic, body: JSON, attributes: [String: String]) {
        self.topic = topic
        self.body = body
        self.attributes = attributes
    }
}

/// The worker that speaks: part of almost every notification.
public struct WorkerIdentity: Sendable, Hashable {
    public let consumer: ConsumerID
    /// The EC2 instance id, or the host's name where there is none.
    public let instance: String

    public init(consumer: ConsumerID, instance: String) {
        self.consumer = consumer
        self.instance = instance
    }
}

/// The worker's notifications, member for member as in cloud-protocol 2.6.
extension Notification {
    /// Start and keepalive of a consumer.
    public static func consumerRunning(_ worker: WorkerIdentity, user: String) -> Notification {
        update(
            [
                "resource": "consumer", "event": "running", "rc": 0,
                "consumer": .string(worker.consumer.description), "instanceid": .string(worker.instance),
            ], event: "consumer.running", user: user)
    }

    /// A job's new status. `message` says why for error, expired and invalid.
    public static func jobStatus(
        _ state: JobState, job: JobID, session: SessionID, worker: WorkerIdentity, user: String,
        message: String? = nil
    ) -> Notification {
        var object: JSONObject = [
            "resource": "job", "event": "status", "rc": 0, "status": .string(state.rawValue),
            "jobid": .string(job.description), "instanceid": .string(worker.instance),
            "consumer": .string(worker.consumer.description), "sessionid": .string(session.description),
        ]
        if let message { object["message"] = .string(message) }
        return update(object, event: "job.\(state.rawValue)", user: user)
    }

    /// A job's output. Its attribute really is `job.unknown`: the object has no `status`.
    public static func jobOutput(
        _ value: JSON, job: JobID, session: SessionID, user: String
    ) -> Notification {
        update(
            [
                "resource": "job", "event": "output", "jobid": .string(job.description), "username": .string(user),
                "value": value, "rc": 0, "sessionid": .string(session.description),
            ], event: "job.unknown", user: user)
    }

    /// A text on the message topic. `job` is nil for what concerns the worker as a whole.
    public static func text(_ message: String, job: JobID?, worker: WorkerIdentity) -> Notification {
        Notification(
            topic: .message,
            body: .object([
                "job": .string(job?.description ?? ""), "message": .string(message),
                "consumer": .string(worker.consumer.description), "instanceid": .string(worker.instance),
                "resource": "job",
            ]), attributes: [:])
    }

    /// The worker cannot go on.
    public static func alert(_ message: String, detail: String, worker: WorkerIdentity) -> Notification {
        Notification(
            topic: .alert,
            body: .object([
                "message": .string(message), "detail": .string(detail), "instance": .string(worker.instance),
                "event": "service.error",
            ]), attributes: ["event": "service.error", "instance": worker.instance])
    }

    private static func update(_ object: JSONObject, event: String, user: String) -> Notification {
        Notification(topic: .update, body: .array([.object(object)]), attributes: ["event": event, "username": user])
    }
}
