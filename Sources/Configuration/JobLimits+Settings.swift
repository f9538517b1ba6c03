import FOQUSModel
import Settings

extension JobLimits {
    fileprivate static let taskRange = 0...1_000_000
    fileprivate static let processorRange = 0...102_400

    /// As `[worker]` says for all jobs; 0 stands for no limit.
    init(_ reader: SettingsReader, section: String) {
        self.init(
            time: Self.limit(reader.duration(section, "job_timeout", default: .seconds(3600))),
            memory: Self.limit(reader.byteSize(section, "job_memory", default: 0)),
            tasks: Self.limit(reader.int(section, "job_tasks", default: 0, range: Self.taskRange)),
            processor: Self.limit(reader.int(section, "job_cpu", default: 0, range: Self.processorRange)),
            hasNetwork: reader.bool(section, "job_network", default: true))
    }

    fileprivate static func limit<Value: AdditiveArithmetic>(_ value: Value) -> Value? {
        value == .zero ? nil : value
    }
}

extension JobLimitChanges {
    /// As `[application.NAME]`, `[simulation.NAME]` or `[simulation.USER/NAME]` says for its jobs.
    init(_ reader: SettingsReader, section: String) {
        self.init()
        time = reader.optionalDuration(section, "job_timeout").map(JobLimits.limit)
        memory = reader.optionalByteSize(section, "job_memory").map(JobLimits.limit)
        tasks = reader.optionalInt(section, "job_tasks", range: JobLimits.taskRange).map(JobLimits.limit)
        processor = reader.optionalInt(section, "job_cpu", range: JobLimits.processorRange).map(JobLimits.limit)
        hasNetwork = reader.optionalBool(section, "job_network")
    }
}
