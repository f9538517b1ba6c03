import Settings

/// What one job may use and reach, as `[worker]` says for all jobs.
public struct LimitSettings: Sendable, Hashable {
    /// Nil for no limit (`job_timeout = 0`).
    public let time: Duration?
    /// Bytes; nil for no limit.
    public let memory: Int?
    /// Nil for no limit.
    public let tasks: Int?
    /// Percent of one processor; nil for no limit.
    public let processor: Int?
    public let hasNetwork: Bool

    static let taskRange = 0...1_000_000
    static let processorRange = 0...102_400

    init(_ reader: SettingsReader, section: String) {
        time = Self.limit(reader.duration(section, "job_timeout", default: .seconds(3600)))
        memory = Self.limit(reader.byteSize(section, "job_memory", default: 0))
        tasks = Self.limit(reader.int(section, "job_tasks", default: 0, range: Self.taskRange))
        processor = Self.limit(reader.int(section, "job_cpu", default: 0, range: Self.processorRange))
        hasNetwork = reader.bool(section, "job_network", default: true)
    }

    static func limit<Value: Comparable & AdditiveArithmetic>(_ value: Value) -> Value? { value == .zero ? nil : value }
}

/// Where the jobs of an application or a simulation differ: `[application.NAME]`, `[simulation.NAME]` or
/// `[simulation.USER/NAME]`. The outer nil: not said here.
public struct LimitOverrides: Sendable, Hashable {
    public let time: Duration??
    public let memory: Int??
    public let tasks: Int??
    public let processor: Int??
    public let hasNetwork: Bool?

    init(_ reader: SettingsReader, section: String) {
        time = reader.optionalDuration(section, "job_timeout").map(LimitSettings.limit)
        memory = reader.optionalByteSize(section, "job_memory").map(LimitSettings.limit)
        tasks = reader.optionalInt(section, "job_tasks", range: LimitSettings.taskRange).map(LimitSettings.limit)
        processor = reader.optionalInt(section, "job_cpu", range: LimitSettings.processorRange)
            .map(LimitSettings.limit)
        hasNetwork = reader.optionalBool(section, "job_network")
    }
}
