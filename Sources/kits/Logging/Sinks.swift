import Threading

/// Where entries go. Called from any thread.
public protocol LogSink: Sendable {
    /// Whether entries are found by their fields, so that many of them are in nobody's way.
    var isSearchable: Bool { get }
    /// Whether the facts are looked at that lines of text leave out.
    var wantsContext: Bool { get }
    /// Entries that found no room.
    var lost: Int { get }
    func write(_ entry: LogEntry)
}

extension LogSink {
    public var isSearchable: Bool { false }
    public var wantsContext: Bool { true }
    public var lost: Int { 0 }
}

/// Keeps entries in memory, for tests.
public final class RecordingSink: LogSink {
    public let isSearchable: Bool
    private let recorded = Locked<[LogEntry]>([])

    public init(isSearchable: Bool = false) { self.isSearchable = isSearchable }

    public var entries: [LogEntry] { recorded.withLock { $0 } }

    public var messages: [String] { entries.map(\.message) }

    public func write(_ entry: LogEntry) { recorded.withLock { $0.append(entry) } }
}

/// Drops everything.
public struct NullSink: LogSink {
    public init() {}

    public func write(_ entry: LogEntry) {}
}

/// Sends each entry to two sinks; steps only to those where entries are found by their fields.
public struct TeeSink: LogSink {
    private let first: any LogSink
    private let second: any LogSink

    public init(_ first: any LogSink, _ second: any LogSink) {
        self.first = first
        self.second = second
    }

    public var isSearchable: Bool { first.isSearchable || second.isSearchable }
    public var wantsContext: Bool { first.wantsContext || second.wantsContext }
    public var lost: Int { first.lost + second.lost }

    public func write(_ entry: LogEntry) {
        for sink in [first, second] where sink.isSearchable || !entry.isStep { sink.write(entry) }
    }
}
