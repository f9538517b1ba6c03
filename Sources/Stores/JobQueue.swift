public import FOQUSModel

/// A message to put on a queue.
public struct OutgoingMessage: Sendable, Hashable {
    public var body: [UInt8]
    public var attributes: [String: String]
    /// How long it stays hidden at first.
    public var delay: Duration

    public init(body: [UInt8], attributes: [String: String], delay: Duration = .zero) {
        self.body = body
        self.attributes = attributes
        self.delay = delay
    }
}

/// The right to work on a message, until its visibility timeout ends.
public struct Lease: Sendable, Hashable {
    public let message: String
    /// Changes at each receive: an older receipt has lost the lease.
    public let receipt: String

    public init(message: String, receipt: String) {
        self.message = message
        self.receipt = receipt
    }
}

/// A message with the lease on it.
public struct ReceivedMessage: Sendable, Hashable {
    public let lease: Lease
    public let body: [UInt8]
    public let attributes: [String: String]
    /// 1 at the first receive.
    public let receiveCount: Int
    public let sent: Timestamp

    public init(lease: Lease, body: [UInt8], attributes: [String: String], receiveCount: Int, sent: Timestamp) {
        self.lease = lease
        self.body = body
        self.attributes = attributes
        self.receiveCount = receiveCount
        self.sent = sent
    }
}

/// How many messages stand where.
public struct QueueStatistics: Sendable, Hashable {
    public var available: Int
    public var delayed: Int
    public var inFlight: Int
    public var dead: Int

    public init(available: Int, delayed: Int, inFlight: Int, dead: Int) {
        self.available = available
        self.delayed = delayed
        self.inFlight = inFlight
        self.dead = dead
    }
}

/// A queue with leases, at least once: a message stays until it is acknowledged under a lease that still holds.
public protocol JobQueue: Sendable {
    func send(_ messages: [OutgoingMessage]) async throws(StoreError)

    /// Waits up to `wait` for a message and returns at most `limit` of them, each hidden from others for
    /// `visibility`. Empty when the time is over or the task is cancelled; a cancelled call leases nothing.
    func receive(limit: Int, visibility: Duration, wait: Duration) async throws(StoreError) -> [ReceivedMessage]

    /// Hides the messages for `visibility` from now. Returns the leases that are lost.
    func extend(_ leases: [Lease], visibility: Duration) async throws(StoreError) -> Set<Lease>

    /// Removes the messages for good. Returns the leases that were lost, whose messages stay.
    func acknowledge(_ leases: [Lease]) async throws(StoreError) -> Set<Lease>

    /// Gives the messages back, to be received again after `delay`. Returns the leases that were lost already.
    /// The receive does not count as a failure when `countsAsAttempt` is false.
    func release(_ leases: [Lease], delay: Duration, countsAsAttempt: Bool) async throws(StoreError) -> Set<Lease>

    func statistics() async throws(StoreError) -> QueueStatistics
}

/// A message that was received too often without being acknowledged.
public struct DeadLetter: Sendable, Hashable {
    public let id: String
    public let body: [UInt8]
    public let attributes: [String: String]
    public let receiveCount: Int
    public let died: Timestamp

    public init(id: String, body: [UInt8], attributes: [String: String], receiveCount: Int, died: Timestamp) {
        self.id = id
        self.body = body
        self.attributes = attributes
        self.receiveCount = receiveCount
        self.died = died
    }
}

/// Where dead letters lie until somebody looks at them.
public protocol DeadLetterQueue: Sendable {
    /// Those that nobody has reported to the job table yet, oldest first.
    func unreported(limit: Int) async throws(StoreError) -> [DeadLetter]
    func markReported(_ ids: [String]) async throws(StoreError)
    /// All of them, oldest first.
    func deadLetters(limit: Int) async throws(StoreError) -> [DeadLetter]
    /// Puts them back on the job queue as new. Returns how many there were.
    func redrive(_ ids: [String]) async throws(StoreError) -> Int
}
