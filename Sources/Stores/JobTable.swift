public import FOQUSModel
public import JSONKit

/// As much of a job as a worker must know before and while it runs it.
public struct JobSnapshot: Sendable, Hashable {
    public let state: JobState
    public let finished: Timestamp?

    public init(state: JobState, finished: Timestamp?) {
        self.state = state
        self.finished = finished
    }
}

/// A change that a notification asks for.
public enum JobUpdate: Sendable, Hashable {
    /// `at` is when the notification was published.
    case status(JobID, JobState, consumer: ConsumerID?, message: String?, at: Timestamp)
    case output(JobID, JSON)
    case consumerRunning(ConsumerID, instance: String?, at: Timestamp)

    /// The job it is about; nil for a consumer.
    public var job: JobID? {
        switch self {
        case .status(let job, _, _, _, _), .output(let job, _): job
        case .consumerRunning: nil
        }
    }
}

/// What a change did.
public enum UpdateOutcome: Sendable, Hashable {
    case applied
    /// The job stands there already: a repeated notification.
    case repeated
    /// Illegal by the state machine, or late by fencing; nothing was changed.
    case refused(JobState)
    /// There is no such job.
    case unknown
}

/// Sessions, jobs and consumers. Every change obeys `JobStateMachine`.
public protocol JobTable: Sendable {
    /// Makes a session, or gives a session without an owner its owner. Throws `conflict` when it is another's.
    func claimSession(_ id: SessionID, owner: UserName?, at time: Timestamp) async throws(StoreError) -> Session
    func session(_ id: SessionID) async throws(StoreError) -> Session?
    /// A user's sessions, oldest first, from just after `after`.
    func sessions(of owner: UserName, after: SessionID?, limit: Int) async throws(StoreError) -> [Session]
    func summary(of session: SessionID) async throws(StoreError) -> SessionSummary

    /// Adds jobs in state create: all or none.
    func append(_ jobs: [Job]) async throws(StoreError)
    func job(_ id: JobID) async throws(StoreError) -> Job?
    /// Leaves out the jobs that do not exist.
    func snapshots(of ids: [JobID]) async throws(StoreError) -> [JobID: JobSnapshot]
    /// A session's jobs in the order they were appended, from number `offset` (0 is the first).
    func jobs(of session: SessionID, offset: Int, limit: Int) async throws(StoreError) -> [Job]

    /// Applies changes in order, all in one go. The outcomes stand in the same order.
    func apply(_ updates: [JobUpdate]) async throws(StoreError) -> [UpdateOutcome]

    /// Ends every job of the session that is not finished. Returns the jobs it ended.
    func terminate(_ session: SessionID, at time: Timestamp) async throws(StoreError) -> [JobID]
    /// Takes the session's waiting jobs off the queue. Returns the jobs it stopped.
    func stop(_ session: SessionID, at time: Timestamp) async throws(StoreError) -> [JobID]

    /// Puts the finished jobs that are on no page yet on a new one. Returns the last page's number, 0 for none.
    func makeResultPage(of session: SessionID) async throws(StoreError) -> Int
    /// A page's jobs in the order they finished; nil when there is no such page.
    func resultPage(of session: SessionID, number: Int) async throws(StoreError) -> [Job]?

    func consumers(activeSince time: Timestamp) async throws(StoreError) -> [Consumer]
}

/// Starts sessions: each job in state create or stop becomes submit and is queued, exactly once,
/// however many callers start the session at the same time.
public protocol JobDispatcher: Sendable {
    /// Returns the jobs this call submitted, in the order they were appended.
    func start(_ session: SessionID, at time: Timestamp) async throws(StoreError) -> [JobID]
}
