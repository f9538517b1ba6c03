/// Where a job stands. The raw values are the words of the wire contract.
public enum JobState: String, Sendable, Hashable, CaseIterable {
    /// Appended to a session, not started.
    case create
    /// Started: waiting on the queue.
    case submit
    /// A worker has it and stages its files.
    case setup
    /// The simulation runs.
    case running
    /// Finished with outputs.
    case success
    /// Finished without: the model, its inputs or the machines failed for good.
    case error
    /// Ended by a user.
    case terminate
    /// Taken off the queue by a user; a start puts it back.
    case stop
    /// Reached a worker after its record had gone.
    case expired
    /// Its message could not be understood.
    case invalid

    /// Nothing follows a final state, ever.
    public var isFinal: Bool {
        switch self {
        case .success, .error, .terminate, .expired, .invalid: true
        case .create, .submit, .setup, .running, .stop: false
        }
    }
}
