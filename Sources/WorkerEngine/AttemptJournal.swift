public import FOQUSModel
public import Stores

/// One attempt at a job, as the journal knows it.
public struct AttemptRecord: Sendable, Hashable {
    public let id: AttemptID
    /// Nil for a message that names none.
    public let job: JobID?
    public let lease: Lease
    /// The attempt's folder; nil when it never needed one.
    public let directory: String?

    public init(id: AttemptID, job: JobID?, lease: Lease, directory: String?) {
        self.id = id
        self.job = job
        self.lease = lease
        self.directory = directory
    }
}

/// An effect with its place in the order of all effects.
public struct JournaledEffect: Sendable, Hashable {
    public let sequence: Int64
    public let effect: Effect

    public init(sequence: Int64, effect: Effect) {
        self.sequence = sequence
        self.effect = effect
    }
}

/// An attempt that starts with these effects.
public struct BegunAttempt: Sendable, Hashable {
    public let record: AttemptRecord
    public let effects: [JournaledEffect]
    /// Nothing is to be run, only the effects are due.
    public let isComplete: Bool

    public init(record: AttemptRecord, effects: [JournaledEffect], isComplete: Bool) {
        self.record = record
        self.effects = effects
        self.isComplete = isComplete
    }
}

/// What a worker that was here before left behind.
public struct UnfinishedAttempt: Sendable, Hashable {
    public let record: AttemptRecord
    /// Whether its run had ended: then only its effects are due. Otherwise the job must run again.
    public let isComplete: Bool
    /// Not known to be delivered, in order.
    public let effects: [JournaledEffect]

    public init(record: AttemptRecord, isComplete: Bool, effects: [JournaledEffect]) {
        self.record = record
        self.isComplete = isComplete
        self.effects = effects
    }
}

/// The worker's own memory of what it is doing, which outlives it. What a call wrote is durable when it returns.
public protocol AttemptJournal: Sendable {
    /// All of them, or none.
    func begin(_ attempts: [BegunAttempt]) async throws(StoreError)
    func append(_ effects: [JournaledEffect], to attempt: AttemptID) async throws(StoreError)
    /// The attempt is over; these effects are what is left to do.
    func complete(_ attempt: AttemptID, effects: [JournaledEffect]) async throws(StoreError)
    /// Forgets attempts that are over with all their effects; of the others, effects on files that are done. What
    /// else is done of them is not noted: doing it again is harmless.
    func delivered(files: [AttemptID: [Int64]], finished: [AttemptID]) async throws(StoreError)
    /// Everything of an earlier life, in the order in which it began.
    func unfinished() async throws(StoreError) -> [UnfinishedAttempt]
    func close() async
}
