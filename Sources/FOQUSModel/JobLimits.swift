/// What one job may use and reach. Nil: no limit but the machine's.
public struct JobLimits: Sendable, Hashable {
    /// How long it may run.
    public var time: Duration?
    /// Bytes, of all its processes together.
    public var memory: Int?
    /// Processes and threads.
    public var tasks: Int?
    /// Processor time, in percent of one processor.
    public var processor: Int?
    /// Whether it sees the machine's network, or an empty one of its own.
    public var hasNetwork: Bool

    public init(
        time: Duration? = nil, memory: Int? = nil, tasks: Int? = nil, processor: Int? = nil, hasNetwork: Bool = true
    ) {
        self.time = time
        self.memory = memory
        self.tasks = tasks
        self.processor = processor
        self.hasNetwork = hasNetwork
    }
}

/// Limits for some jobs, where they differ from those for all. The outer nil: as for all.
public struct JobLimitChanges: Sendable, Hashable {
    public var time: Duration??
    public var memory: Int??
    public var tasks: Int??
    public var processor: Int??
    public var hasNetwork: Bool?

    public init() {}

    public func applied(to limits: JobLimits) -> JobLimits {
        JobLimits(
            time: time ?? limits.time, memory: memory ?? limits.memory, tasks: tasks ?? limits.tasks,
            processor: processor ?? limits.processor, hasNetwork: hasNetwork ?? limits.hasNetwork)
    }
}
