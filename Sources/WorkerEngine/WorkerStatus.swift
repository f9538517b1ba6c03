public import FOQUSModel
public import Stores
import Threading

/// What a worker has done and does, for its supervisor and for those who watch it.
public struct WorkerStatus: Sendable, Hashable {
    /// The job that ended last.
    public struct LastJob: Sendable, Hashable {
        public let id: JobID
        public let outcome: JobOutcome
        public let ended: Timestamp
    }

    /// Answered calls for messages.
    public var polls = 0
    /// Messages taken.
    public var received = 0
    /// Messages taken to their end, whatever it was.
    public var finished = 0
    /// Jobs at a time.
    public var slots = 0
    public var running = 0
    /// It takes no more jobs.
    public var isDraining = false
    /// Messages taken that do not run yet.
    public var fetched = 0
    /// Leases that are renewed.
    public var leases = 0
    /// Attempts that are over, and whose results are not all delivered.
    public var outbox = 0
    /// How long the oldest of them waits; zero when there is none.
    public var outboxAge = Duration.zero
    /// Since the last answered call for messages, or since the start.
    public var sincePoll = Duration.zero
    /// Why no messages can be received at the moment.
    public var pollProblem: String?
    /// Why the attempt journal could not be written when it was tried last.
    public var journalProblem: String?
    public var lastJob: LastJob?
}

/// What the parts of a worker last said of themselves.
final class WorkerHealth: Sendable {
    private struct State {
        var lastPoll: Instant
        var pollProblem: String?
        var journalProblem: String?
        var lastJob: WorkerStatus.LastJob?
    }

    private let state: Locked<State>

    init(now: Instant) { state = Locked(State(lastPoll: now)) }

    var lastPoll: Instant { state.withLock { $0.lastPoll } }
    var pollProblem: String? { state.withLock { $0.pollProblem } }
    var journalProblem: String? { state.withLock { $0.journalProblem } }
    var lastJob: WorkerStatus.LastJob? { state.withLock { $0.lastJob } }

    func polled(at now: Instant) {
        state.withLock { state in
            state.lastPoll = now
            state.pollProblem = nil
        }
    }

    func pollFailed(_ problem: String) { state.withLock { $0.pollProblem = problem } }

    /// - Parameter problem: nil when it can be written.
    func journal(problem: String?) { state.withLock { $0.journalProblem = problem } }

    func ended(_ job: JobID, _ outcome: JobOutcome, at time: Timestamp) {
        state.withLock { $0.lastJob = WorkerStatus.LastJob(id: job, outcome: outcome, ended: time) }
    }
}
