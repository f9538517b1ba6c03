import Threading

/// Where entries go. Called from any thread.
public protocol LogSink: Sendable {
    func write(_ entry: LogEntry)
}

/// Sends entries that carry one of certain facts to a structured log and all others to another sink.
///
/// For a journal: what concerns a job goes there with its fields, so that `journalctl JOB_ID=…` finds it.
public struct StructuredSink: LogSink {
    private let keys: Set<String>
    private let send: @Sendable ([(name: String, value: String)]) throws -> Void
    private let otherwise: any LogSink

    /// - Parameters:
    ///   - keys: an entry with any of these facts is structured.
    ///   - send: takes `LogEntry.journalFields`; when it throws, the entry goes to `otherwise`.
    public init(
        keys: Set<String>, otherwise: any LogSink,
        send: @escaping @Sendable ([(name: String, value: String)]) throws -> Void
    ) {
        self.keys = keys
        self.send = send
        self.otherwise = otherwise
    }

    public func write(_ entry: LogEntry) {
        guard entry.metadata.facts.contains(where: { keys.contains($0.key) }) else { return otherwise.write(entry) }
        do { try send(entry.journalFields) } catch { otherwise.write(entry) }
    }
}

/// Keeps entries in memory, for tests.
public final class RecordingSink: LogSink {
    private let recorded = Locked<[LogEntry]>([])

    public init() {}

    public var entries: [LogEntry] { recorded.withLock { $0 } }

    public var messages: [String] { entries.map(\.message) }

    public func write(_ entry: LogEntry) { recorded.withLock { $0.append(entry) } }
}

/// Drops everything.
public struct NullSink: LogSink {
    public init() {}

    public func write(_ entry: LogEntry) {}
}

/// Sends each entry to two sinks.
public struct TeeSink: LogSink {
    private let first: any LogSink
    private let second: any LogSink

    public init(_ first: any LogSink, _ second: any LogSink) {
        self.first = first
        self.second = second
    }

    public func write(_ entry: LogEntry) {
        first.write(entry)
        second.write(entry)
    }
}
