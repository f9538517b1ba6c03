import Glibc

/// Tells a sink what happens. A value: copy it, narrow it with `with(_:)`, hand it on.
///
///     let log = Logger(label: "engine", level: .info, sink: StreamSink.standardError())
///     log.with(["job": id]).info("job finished", ["seconds": 12.5])
///
/// Neither message nor facts are computed when the level is off.
public struct Logger: Sendable {
    public let label: String
    /// Shared with all loggers made from the same one: a change holds for all of them.
    public let threshold: LogThreshold
    /// Facts that every entry of this logger carries.
    public var metadata: Metadata
    private let sink: any LogSink
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - label: the part of the program that speaks, as `queue` or `engine`; may be empty.
    ///   - level: entries below it are dropped.
    public init(label: String, level: Level = .info, sink: any LogSink, metadata: Metadata = [:]) {
        self.init(
            label: label, threshold: LogThreshold(level), sink: sink, metadata: metadata, now: UTCTime.now)
    }

    /// - Parameter now: nanoseconds since the epoch.
    init(
        label: String, threshold: LogThreshold, sink: any LogSink, metadata: Metadata = [:],
        now: @escaping @Sendable () -> Int64
    ) {
        self.label = label
        self.threshold = threshold
        self.sink = sink
        self.metadata = metadata
        self.now = now
    }

    /// The same logger with more facts on every entry.
    public func with(_ facts: Metadata) -> Logger {
        var copy = self
        copy.metadata = metadata.merging(facts)
        return copy
    }

    /// The same logger speaking for another part of the program.
    public func labelled(_ label: String) -> Logger {
        Logger(label: label, threshold: threshold, sink: sink, metadata: metadata, now: now)
    }

    public func isEnabled(_ level: Level) -> Bool { level >= threshold.level }

    public func log(_ level: Level, _ message: @autoclosure () -> String, _ facts: @autoclosure () -> Metadata = [:]) {
        guard isEnabled(level) else { return }
        sink.write(
            LogEntry(
                nanosecondsSinceEpoch: now(), level: level, label: label, message: message(),
                metadata: metadata.merging(facts()).redacted()))
    }

    public func trace(_ message: @autoclosure () -> String, _ facts: @autoclosure () -> Metadata = [:]) {
        log(.trace, message(), facts())
    }

    public func debug(_ message: @autoclosure () -> String, _ facts: @autoclosure () -> Metadata = [:]) {
        log(.debug, message(), facts())
    }

    public func info(_ message: @autoclosure () -> String, _ facts: @autoclosure () -> Metadata = [:]) {
        log(.info, message(), facts())
    }

    public func notice(_ message: @autoclosure () -> String, _ facts: @autoclosure () -> Metadata = [:]) {
        log(.notice, message(), facts())
    }

    public func warning(_ message: @autoclosure () -> String, _ facts: @autoclosure () -> Metadata = [:]) {
        log(.warning, message(), facts())
    }

    public func error(_ message: @autoclosure () -> String, _ facts: @autoclosure () -> Metadata = [:]) {
        log(.error, message(), facts())
    }
}
