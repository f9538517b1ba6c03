public import Logging
import Settings

/// `log_level` and `log_format` of a program's section.
public struct LogSettings: Sendable {
    enum Format: String, CaseIterable { case auto, plain, journal, json }

    public let level: Logger.Level
    /// Nil: the journal's where standard error goes there, else plain.
    public let format: LogFormat?

    init(_ reader: SettingsReader, section: String) {
        level = reader.choice(section, "log_level", default: .info)
        let choice: Format = reader.choice(section, "log_format", default: .auto)
        format = choice == .auto ? nil : LogFormat(rawValue: choice.rawValue)
    }

    public func logger(_ label: String) -> Logger {
        Logger(label: label, level: level, sink: StreamSink.standardError(format: format))
    }

    /// The same, with a second sink for everything.
    public func logger(_ label: String, also other: any LogSink) -> Logger {
        Logger(label: label, level: level, sink: TeeSink(StreamSink.standardError(format: format), other))
    }
}
