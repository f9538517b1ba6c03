public import FOQUSModel

/// A notification with the name that makes publishing it twice harmless.
public struct OutgoingNotification: Sendable, Hashable {
    /// Unique for ever, such as `ATTEMPT/3`. Where the backend can, a second publish with it has no effect.
    public let id: String
    public let notification: Notification

    public init(id: String, notification: Notification) {
        self.id = id
        self.notification = notification
    }
}

/// Publishes to the topics.
public protocol Notifier: Sendable {
    /// False when nobody is to be told anything: then there is nothing to publish.
    var isOn: Bool { get }
    /// Returns when all are accepted, in this order. A failure may have published some: publish all again.
    func publish(_ notifications: [OutgoingNotification]) async throws(StoreError)
}

extension Notifier {
    public var isOn: Bool { true }
}

/// A published notification on its way to the notification processor.
public struct NotificationDelivery: Sendable, Hashable {
    /// Rises with each notification of the topic.
    public let sequence: Int64
    public let published: Timestamp
    public let body: [UInt8]
    public let attributes: [String: String]

    public init(sequence: Int64, published: Timestamp, body: [UInt8], attributes: [String: String]) {
        self.sequence = sequence
        self.published = published
        self.body = body
        self.attributes = attributes
    }
}

/// The processor's end of the update topic: ordered, at least once.
public protocol NotificationSource: Sendable {
    /// Waits up to `wait`; empty when the time is over or the task is cancelled.
    func receive(limit: Int, wait: Duration) async throws(StoreError) -> [NotificationDelivery]
    /// Everything up to and including `sequence` is done and will not be delivered again.
    func commit(through sequence: Int64) async throws(StoreError)
}

/// Lets one notification processor of several gateways work at a time.
public protocol ProcessorLock: Sendable {
    /// Suspends until this process is the processor; stays so until the process ends or `release` is called.
    func acquire() async throws
    func release() async
}
