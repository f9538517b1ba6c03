/// What a worker has done and does, for the supervisor's status line.
public struct WorkerStatus: Sendable, Hashable {
    /// Answered calls for messages.
    public var polls = 0
    /// Messages taken.
    public var received = 0
    /// Messages taken to their end, whatever it was.
    public var finished = 0
    public var running = 0
    /// Jobs at a time.
    public var slots = 0
    /// It takes no more jobs.
    public var isDraining = false
    /// Messages taken that do not run yet.
    public var fetched = 0
    /// Attempts with effects that wait to be delivered.
    public var outbox = 0
}
