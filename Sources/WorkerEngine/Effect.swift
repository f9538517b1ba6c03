public import FOQUSModel
public import JSONKit
public import Stores

/// Something the outside world is to see of an attempt. Journaled before it happens.
public enum Effect: Sendable, Hashable {
    case publish(OutgoingNotification)
    /// A file of the job directory, into the session bucket.
    case upload(path: String, key: String)
    /// The end of the job: its message leaves the queue.
    case acknowledge(Lease)
    /// The end of the attempt, not of the job: its message goes back.
    case release(Lease, delay: Duration, countsAsAttempt: Bool)
    /// The attempt's folder is not needed any more.
    case removeDirectory(path: String)
    /// What follows must not be seen before this output of the job has come to the table.
    case awaitOutput(JobID, JSON)
}

extension Effect {
    /// Whether doing it twice could fail, as the first time has removed what it needs.
    var isOfFiles: Bool {
        switch self {
        case .upload, .removeDirectory: true
        case .publish, .acknowledge, .release, .awaitOutput: false
        }
    }

    /// As the journal keeps it.
    var json: JSON {
        switch self {
        case .publish(let outgoing):
            .object([
                "do": "publish", "id": .string(outgoing.id), "topic": .string(outgoing.notification.topic.rawValue),
                "body": outgoing.notification.body,
                "attributes": .object(
                    JSONObject(outgoing.notification.attributes.sorted { $0.key < $1.key }.map { ($0, .string($1)) })),
            ])
        case .upload(let path, let key): .object(["do": "upload", "path": .string(path), "key": .string(key)])
        case .acknowledge(let lease): .object(["do": "acknowledge", "lease": lease.json])
        case .release(let lease, let delay, let counts):
            .object([
                "do": "release", "lease": lease.json, "delay": .int(delay.wholeMilliseconds), "counts": .bool(counts),
            ])
        case .removeDirectory(let path): .object(["do": "remove", "path": .string(path)])
        case .awaitOutput(let job, let output):
            .object(["do": "await-output", "job": .string(job.description), "output": output])
        }
    }

    /// Nil when the journal holds something that this version never wrote.
    init?(_ json: JSON) {
        switch json["do"]?.stringValue {
        case "publish":
            guard let id = json["id"]?.stringValue, let topic = json["topic"]?.stringValue.flatMap(Topic.init),
                let body = json["body"], let attributes = json["attributes"]?.objectValue
            else { return nil }
            var texts: [String: String] = [:]
            for (name, value) in attributes { texts[name] = value.stringValue }
            self = .publish(
                OutgoingNotification(
                    id: id, notification: Notification(topic: topic, body: body, attributes: texts)))
        case "upload":
            guard let path = json["path"]?.stringValue, let key = json["key"]?.stringValue else { return nil }
            self = .upload(path: path, key: key)
        case "acknowledge":
            guard let lease = json["lease"].flatMap(Lease.init) else { return nil }
            self = .acknowledge(lease)
        case "release":
            guard let lease = json["lease"].flatMap(Lease.init), let delay = json["delay"]?.intValue,
                let counts = json["counts"]?.boolValue
            else { return nil }
            self = .release(lease, delay: .milliseconds(delay), countsAsAttempt: counts)
        case "remove":
            guard let path = json["path"]?.stringValue else { return nil }
            self = .removeDirectory(path: path)
        case "await-output":
            guard let job = json["job"]?.stringValue.flatMap({ JobID($0) }), let output = json["output"] else {
                return nil
            }
            self = .awaitOutput(job, output)
        default: return nil
        }
    }
}

extension Lease {
    var json: JSON { .array([.string(message), .string(receipt)]) }

    init?(_ json: JSON) {
        guard let message = json[0]?.stringValue, let receipt = json[1]?.stringValue else { return nil }
        self.init(message: message, receipt: receipt)
    }
}
