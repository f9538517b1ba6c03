import JournalEvents
public import Logging
import Settings
import SystemdKit

/// `log_level` and `log_format` of a program's section.
public struct LogSettings: Sendable {
    enum Format: String, CaseIterable { case auto, plain, journal, json }

    public let level: Logger.Level
    /// Nil: the journal where standard error goes there, else plain lines.
    public let format: LogFormat?

    init(_ reader: SettingsReader, section: String) {
        level = reader.choice(section, "log_level", default: .info)
        let choice: Format = reader.choice(section, "log_format", default: .auto)
        format = choice == .auto ? nil : LogFormat(rawValue: choice.rawValue)
    }

    public func logger(_ label: String) -> Logger { Logger(label: label, level: level, sink: sink()) }

    /// The same, with a second sink for everything.
    public func logger(_ label: String, also other: any LogSink) -> Logger {
        Logger(label: label, level: level, sink: TeeSink(sink(), other))
    }

    /// Standard error, or the journal itself where that is where lines would go: entries have fields there.
    private func sink() -> any LogSink {
        let stream = StreamSink.standardError(format: format)
        guard stream.format == .journal, let socket = try? JournalSocket() else { return stream }
        let program = CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? ""
        return JournalSink(
            JournalSink.Transport(trySend: { try socket.trySend($0) }, send: { try Journal.send($0) }),
            fallback: stream, fixed: [("SYSLOG_IDENTIFIER", program)], names: JournalFields.names,
            lossEvent: JournalEvent.entriesLost)
    }
}
