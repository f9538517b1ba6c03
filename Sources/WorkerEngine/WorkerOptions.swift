public import Executors
public import FOQUSModel

/// How the worker engine behaves. Every value has the default that an operator would choose.
public struct WorkerOptions: Sendable {
    /// Whose jobs it takes. Defaults to everybody's.
    public var users: UserFilter = .all
    /// Jobs at a time.
    public var slots: Int
    /// How long a message stays hidden after each renewal. Defaults to 60 s.
    public var lease: Duration = .seconds(60)
    /// How long a call for messages waits. Defaults to 20 s, the most that SQS allows.
    public var longPoll: Duration = .seconds(20)
    /// Jobs are fetched before there is a slot for them when they are expected to wait no longer than this. Zero fetches
    /// none ahead. Defaults to 250 ms: long jobs are left to workers with a free slot.
    public var fetchAhead: Duration = .milliseconds(250)
    /// The longest that a job may run; nil for no limit. Defaults to one hour.
    public var jobTimeout: Duration? {
        get { limits.standard.time }
        set { limits.standard.time = newValue }
    }
    /// What jobs may use. Defaults to an hour, and all that the machine has.
    public var limits = JobLimitBook(standard: JobLimits(time: .seconds(3600)))
    /// How long running jobs may go on after a drain began; then they are given back. Defaults to 90 s.
    public var drainTimeout: Duration = .seconds(90)
    /// Between two keepalives of the consumer. Defaults to 60 s, as the contract has it.
    public var keepalive: Duration = .seconds(60)
    /// Between two looks for cancelled jobs. Defaults to 1 s, since a cancel must take effect within 2 s.
    public var cancelPoll: Duration = .seconds(1)
    /// Attempts at a job whose machine fails, the first included. Defaults to 5.
    public var maxAttempts = 5
    /// Larger outputs go by reference, in bytes. Defaults to 240 KiB, below the 256 KB of SNS.
    public var outputLimit = 240 << 10
    /// Delay before the second attempt; doubles with each further one. Defaults to 2 s.
    public var retryDelay: Duration = .seconds(2)

    public init(slots: Int) {
        precondition(slots > 0)
        self.slots = slots
    }
}
