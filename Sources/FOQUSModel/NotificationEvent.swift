public import JSONKit

/// What a notification on the update topic means to the notification processor (cloud-protocol 3).
public enum NotificationEvent: Sendable, Hashable {
    case status(job: JobID, state: JobState, consumer: ConsumerID?, message: String?)
    case output(job: JobID, value: JSON)
    case consumerRunning(consumer: ConsumerID, instance: String?)
    case session(SessionID, action: SessionAction)

    public enum SessionAction: String, Sendable, Hashable { case start, stop, kill }

    /// Reads a notification's events. Bodies may be one object or a list of them.
    ///
    /// Throws a reason when the notification is not one of the contract's.
    public static func events(body: [UInt8], attributes: [String: String]) throws(NotificationEventError)
        -> [NotificationEvent]
    {
        if let event = attributes["event"], event.hasPrefix("session.") { return [try sessionEvent(event)] }
        let parsed: JSON
        do { parsed = try JSON.parse(body) } catch { throw NotificationEventError("the body is not JSON: \(error)") }
        let objects = parsed.arrayValue ?? [parsed]
        var events: [NotificationEvent] = []
        for object in objects { events.append(try event(object)) }
        return events
    }

    private static func sessionEvent(_ text: String) throws(NotificationEventError) -> NotificationEvent {
        let parts = text.split(separator: ".", maxSplits: 2)
        guard parts.count == 3, let action = SessionAction(rawValue: String(parts[1])), let id = SessionID(parts[2])
        else {
            throw NotificationEventError("attribute event \"\(text.prefix(100))\" is not session.ACTION.UUID")
        }
        return .session(id, action: action)
    }

    private static func event(_ object: JSON) throws(NotificationEventError) -> NotificationEvent {
        let consumer = object["consumer"]?.stringValue.flatMap { ConsumerID($0) }
        switch (object["resource"]?.stringValue, object["event"]?.stringValue) {
        case ("consumer", "running"):
            guard let consumer else { throw NotificationEventError("consumer.running without a consumer's UUID") }
            return .consumerRunning(consumer: consumer, instance: object["instanceid"]?.stringValue)
        case ("job", "output"):
            return .output(job: try jobID(object), value: object["value"] ?? .null)
        case ("job", "status"):
            guard let word = object["status"]?.stringValue, let state = JobState(rawValue: word) else {
                throw NotificationEventError("job status \(object["status"] ?? .null) is not one of the contract's")
            }
            return .status(
                job: try jobID(object), state: state, consumer: consumer, message: object["message"]?.stringValue)
        case (let resource, let event):
            throw NotificationEventError("resource \"\(resource ?? "")\" with event \"\(event ?? "")\" is unknown")
        }
    }

    private static func jobID(_ object: JSON) throws(NotificationEventError) -> JobID {
        guard let id = object["jobid"]?.stringValue.flatMap({ JobID($0) }) else {
            throw NotificationEventError("jobid \(object["jobid"] ?? .null) is not a UUID")
        }
        return id
    }
}

/// A notification that the processor cannot read; it is logged and passed over.
public struct NotificationEventError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
