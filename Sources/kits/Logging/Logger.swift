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
    /// Facts of every entry that lines of text leave out.
    public var context: Metadata = [:]
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
    ///
    /// - Parameter context: facts that lines of text leave out, for what is searched by its fields.
    public func with(_ facts: Metadata = [:], context: Metadata = [:]) -> Logger {
        var copy = self
        copy.metadata = metadata.merging(facts)
        copy.context = self.context.merging(context)
        return copy
    }

    /// The same logger speaking for another part of the program.
    public func labelled(_ label: String) -> Logger {
        Logger(label: label, threshold: threshold, sink: sink, metadata: metadata, now: now).with(context: context)
    }

    /// Entries of the whole program that found no room in the journal.
    public var lostEntries: Int { sink.lost }

    public func isEnabled(_ level: Level) -> Bool { level >= threshold.level }

    /// - Parameters:
    ///   - context: more facts that lines of text leave out; not computed where they do.
    ///   - event: the kind of entry, where somebody may look for it.
    public func log(
        _ level: Level, _ message: @autoclosure () -> String, _ facts: @autoclosure () -> Metadata = [:],
        context: @autoclosure () -> Metadata = [:], event: (any LogEvent)? = nil
    ) {
        guard isEnabled(level) else { return }
        write(level, message(), facts(), context, event, isStep: false)
    }

    /// One of many steps of something: at level info where entries are found by their fields, at debug elsewhere.
    public func step(
        _ message: @autoclosure () -> String, _ facts: @autoclosure () -> Metadata = [:],
        context: @autoclosure () -> Metadata = [:], event: any LogEvent
    ) {
        if isEnabled(.debug) {
            write(.debug, message(), facts(), context, event, isStep: false)
        } else if isEnabled(.info) && sink.isSearchable {
            write(.info, message(), facts(), context, event, isStep: true)
        }
    }

    private func write(
        _ level: Level, _ message: String, _ facts: Metadata, _ more: () -> Metadata, _ event: (any LogEvent)?,
        isStep: Bool
    ) {
        sink.write(
            LogEntry(
                nanosecondsSinceEpoch: now(), level: level, label: label, message: message,
                metadata: metadata.merging(facts).redacted(),
                context: sink.wantsContext ? context.merging(more()).redacted() : [:], event: event, isStep: isStep))
    }

    public func trace(_ message: @autoclosure () -> String, _ facts: @autoclosure () -> Metadata = [:]) {
        log(.trace, message(), facts())
    }

    public func debug(_ message: @autoclosure () -> String, _ facts: @autoclosure () -> Metadata = [:]) {
        log(.debug, message(), facts())
    }

    public func info(
        _ message: @autoclosure () -> String, _ facts: @autoclosure () -> Metadata = [:], event: (any LogEvent)? = nil
    ) {
        log(.info, message(), facts(), event: event)
    }

    public func notice(
        _ message: @autoclosure () -> String, _ facts: @autoclosure () -> Metadata = [:], event: (any LogEvent)? = nil
    ) {
        log(.notice, message(), facts(), event: event)
    }

    public func warning(
        _ message: @autoclosure () -> String, _ facts: @autoclosure () -> Metadata = [:], event: (any LogEvent)? = nil
    ) {
        log(.warning, message(), facts(), event: event)
    }

    public func error(
        _ message: @autoclosure () -> String, _ facts: @autoclosure () -> Metadata = [:], event: (any LogEvent)? = nil
    ) {
        log(.error, message(), facts(), event: event)
    }
}
