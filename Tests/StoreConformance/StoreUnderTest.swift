import FOQUSModel
import JSONKit
public import Stores
import Threading

/// A store that the checks run against, and what they need to know of it.
public struct StoreUnderTest: Sendable {
    /// What not every backend can do.
    public enum Capability: Sendable, Hashable, CaseIterable {
        /// Publishing a notification twice under one id has no effect.
        case idempotentPublish
        /// Messages are received in the order in which they were sent.
        case strictOrder
        /// `statistics` are exact, not estimates.
        case exactStatistics
        /// Keys are bytes: those that only Unicode normalisation makes equal are different.
        case keysAreBytes
        /// Stopping a session spares the jobs whose messages are leased.
        case stopSparesLeased
        /// Any UTF-8 is a key, also one that is no file name: `..`, `a//b`, a control character.
        case anyKey
        /// The times of records are those of `time`, to the millisecond.
        case exactTimes
    }

    /// What a backend may have; a check is told which of them it needs.
    public enum Part: String, Sendable, Hashable, CaseIterable {
        case queue, jobs, objects, notifier, updates, users
    }

    private let possibleQueue: (any JobQueue & DeadLetterQueue)?
    private let possibleJobs: (any JobTable & JobDispatcher)?
    private let possibleObjects: (any ObjectStore)?
    private let possibleNotifier: (any Notifier)?
    private let possibleUpdates: (any NotificationSource)?
    private let possibleUsers: (any UserDirectory)?

    /// The clock that the store goes by.
    public let time: any TimeSource
    /// Lets this much time pass on `time`: moves a manual clock, or sleeps.
    public let advance: @Sendable (Duration) async -> Void
    public let random: any RandomSource
    public let capabilities: Set<Capability>
    /// A message received this often becomes a dead letter at the next receive.
    public let maxReceives: Int
    /// An empty directory for files of the checks.
    public let scratch: String
    /// The same store as another process would see it after this one has ended.
    public let reopen: @Sendable () async throws -> StoreUnderTest

    /// A part that is left out is not there; only checks that do without it can be run.
    public init(
        queue: (any JobQueue & DeadLetterQueue)? = nil, jobs: (any JobTable & JobDispatcher)? = nil,
        objects: (any ObjectStore)? = nil, notifier: (any Notifier)? = nil, updates: (any NotificationSource)? = nil,
        users: (any UserDirectory)? = nil, time: any TimeSource, advance: @escaping @Sendable (Duration) async -> Void,
        random: any RandomSource,
        capabilities: Set<Capability>, maxReceives: Int, scratch: String,
        reopen: @escaping @Sendable () async throws -> StoreUnderTest
    ) {
        possibleQueue = queue
        possibleJobs = jobs
        possibleObjects = objects
        possibleNotifier = notifier
        possibleUpdates = updates
        possibleUsers = users
        self.time = time
        self.advance = advance
        self.random = random
        self.capabilities = capabilities
        self.maxReceives = maxReceives
        self.scratch = scratch
        self.reopen = reopen
    }
}

// MARK: the parts

extension StoreUnderTest {
    var queue: any JobQueue & DeadLetterQueue { get throws(ConformanceFailure) { try part(possibleQueue, .queue) } }
    var jobs: any JobTable & JobDispatcher { get throws(ConformanceFailure) { try part(possibleJobs, .jobs) } }
    var objects: any ObjectStore { get throws(ConformanceFailure) { try part(possibleObjects, .objects) } }
    var notifier: any Notifier { get throws(ConformanceFailure) { try part(possibleNotifier, .notifier) } }
    var updates: any NotificationSource { get throws(ConformanceFailure) { try part(possibleUpdates, .updates) } }
    var users: any UserDirectory { get throws(ConformanceFailure) { try part(possibleUsers, .users) } }

    private func part<Store>(_ store: Store?, _ part: Part) throws(ConformanceFailure) -> Store {
        guard let store else { throw ConformanceFailure("the store under test has no \(part.rawValue)") }
        return store
    }
}

// MARK: what the checks share

extension StoreUnderTest {
    /// How long the checks lease messages.
    static let lease = Duration.seconds(30)

    func text(_ text: String, delay: Duration = .zero) -> OutgoingMessage {
        OutgoingMessage(body: Array(text.utf8), attributes: ["kind": "check"], delay: delay)
    }

    /// Receives what is there now.
    func receiveNow(limit: Int = 10, visibility: Duration = lease) async throws -> [ReceivedMessage] {
        try await queue.receive(limit: limit, visibility: visibility, wait: .zero)
    }

    /// Receives the only message that is there now.
    func receiveOne(
        visibility: Duration = lease, fileID: StaticString = #fileID, line: UInt = #line
    ) async throws -> ReceivedMessage {
        let messages = try await receiveNow(visibility: visibility)
        guard let message = messages.first, messages.count == 1 else {
            throw ConformanceFailure("\(messages.count) messages are received, expected 1", fileID, line)
        }
        return message
    }

    /// Lets time pass in steps until `task` is done.
    func result<Value: Sendable>(
        of task: Task<Value, any Error>, advancingBy step: Duration
    ) async throws -> Value {
        let isDone = Locked(false)
        let waiter = Task {
            defer { isDone.withLock { $0 = true } }
            return try await task.value
        }
        while !isDone.withLock({ $0 }) {
            await advance(step)
            // Lets the task see the new time, and fall asleep again, on whichever thread it runs.
            try await Task.sleep(for: .milliseconds(1))
        }
        return try await waiter.value
    }

    func newID<ID: UUIDIdentifier>(_ type: ID.Type = ID.self) -> ID { random.identifier() }

    func user(_ name: String = "test") throws -> UserName { try UserName(name) }

    func newJob(in session: SessionID, input: JSON = ["x": 1], user name: String = "test") throws -> Job {
        let id: JobID = newID()
        return Job(
            id: id, session: session, user: try user(name),
            request: [
                "Simulation": "Simple_flow", "Input": .object(["node": input]), "Id": .string(id.description),
                "Reset": false, "note": "größer € 😀",
            ], simulation: try SimulationName("Simple_flow"), application: "foqus", state: .create,
            created: time.now())
    }

    /// A session of its own with so many jobs in state create.
    func newSession(jobs count: Int, user name: String = "test") async throws -> (id: SessionID, jobs: [JobID]) {
        let session: SessionID = newID()
        _ = try await jobs.claimSession(session, owner: try user(name), at: time.now())
        let list = try (0..<count).map { try newJob(in: session, input: ["x": .int(Int64($0))], user: name) }
        try await jobs.append(list)
        return (session, list.map(\.id))
    }

    func newStartedSession(jobs count: Int) async throws -> (id: SessionID, jobs: [JobID]) {
        let session = try await newSession(jobs: count)
        _ = try await jobs.start(session.id, at: time.now())
        return session
    }

    func status(
        _ job: JobID, _ state: JobState, consumer: ConsumerID? = nil, message: String? = nil
    ) -> JobUpdate {
        .status(job, state, consumer: consumer, message: message, at: time.now())
    }

    func state(of job: JobID) async throws -> JobState { try unwrap(try await jobs.job(job), "job \(job)").state }

    /// Applies one change, which must be accepted.
    func applied(_ update: JobUpdate, fileID: StaticString = #fileID, line: UInt = #line) async throws {
        try expectEqual(try await jobs.apply([update]), [.applied], "outcome of \(update)", fileID: fileID, line: line)
    }
}
