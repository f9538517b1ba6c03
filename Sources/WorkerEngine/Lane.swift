import FOQUSModel
import Logging
import Stores

/// The effects of one attempt, in order.
struct Lane: Sendable {
    let record: AttemptRecord
    /// What the log says of it, beside the job.
    let story: @Sendable () -> Logger.Metadata
    var pending: [JournaledEffect]
    /// The run is over: when `pending` is empty, so is the lane.
    var isComplete: Bool { completed != nil }
    /// When the run was over.
    var completed: Instant?
    /// Some delivery has it in hand.
    var isTaken = false
    var failures = 0

    /// `slow` is what may take long: work on files, and waiting for others.
    enum Kind: Sendable, Hashable { case publish, acknowledge, release, slow }

    init(
        record: AttemptRecord, story: @escaping @Sendable () -> Logger.Metadata = { [:] }, pending: [JournaledEffect],
        completed: Instant?
    ) {
        self.record = record
        self.story = story
        self.pending = pending
        self.completed = completed
    }

    /// For log entries about the attempt.
    var facts: Logger.Metadata { ["job": record.job?.description ?? "-", "attemptID": record.id] }

    /// What comes next.
    var head: Kind? { pending.first.map { Self.kind(of: $0.effect) } }

    static func kind(of effect: Effect) -> Kind {
        switch effect {
        case .publish: .publish
        case .acknowledge: .acknowledge
        case .release: .release
        case .upload, .removeDirectory, .awaitOutput: .slow
        }
    }

    /// The effects at the head that are of one kind.
    func leading(_ kind: Kind) -> ArraySlice<JournaledEffect> {
        pending.prefix { Self.kind(of: $0.effect) == kind }
    }
}
