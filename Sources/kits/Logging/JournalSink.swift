import Threading

/// Sends each entry to a journal with its fields. The caller never waits for the journal.
///
/// An entry goes out at once where the journal takes it. Otherwise a thread sends it when the journal has room, in
/// order with those that come meanwhile; of these so many wait, and the others are dropped and counted. What the
/// journal refuses goes to another sink.
public final class JournalSink: LogSink {
    /// The way to the journal.
    public struct Transport: Sendable {
        /// Sends an entry without waiting. False when that takes patience: there is no room, or the entry is too large
        /// for a datagram.
        let trySend: @Sendable ([LogField]) throws -> Bool
        /// Sends an entry, however long that takes.
        let send: @Sendable ([LogField]) throws -> Void

        public init(
            trySend: @escaping @Sendable ([LogField]) throws -> Bool,
            send: @escaping @Sendable ([LogField]) throws -> Void
        ) {
            self.trySend = trySend
            self.send = send
        }
    }

    private struct State {
        var waiting: [LogEntry] = []
        /// A thread sends what waits.
        var isSending = false
        var dropped = 0
        var droppedUnreported = 0
    }

    public var isSearchable: Bool { true }
    private let transport: Transport
    private let fallback: any LogSink
    private let fixed: [LogField]
    private let names: [String: String]
    private let lossEvent: (any LogEvent)?
    private let limit: Int
    private let state = Locked(State())
    private let thread = BlockingPool(name: "journal", limit: 1, idleSeconds: 1)

    /// - Parameters:
    ///   - fallback: for entries that the journal refuses.
    ///   - fixed: fields of every entry, as `SYSLOG_IDENTIFIER`.
    ///   - names: of the fields for certain facts.
    ///   - lossEvent: the kind of the entry that tells of dropped ones.
    ///   - limit: entries that may wait.
    public init(
        _ transport: Transport, fallback: any LogSink, fixed: [LogField] = [], names: [String: String] = [:],
        lossEvent: (any LogEvent)? = nil, limit: Int = 2000
    ) {
        self.transport = transport
        self.fallback = fallback
        self.fixed = fixed
        self.names = names
        self.lossEvent = lossEvent
        self.limit = limit
    }

    public var lost: Int { state.withLock { $0.dropped } }

    public func write(_ entry: LogEntry) {
        if !state.withLock({ $0.isSending }) {
            do {
                if try transport.trySend(fields(entry)) { return }
            } catch {
                return fallback.write(entry)
            }
        }
        let mustStart = state.withLock { state in
            guard state.waiting.count < limit else {
                state.dropped += 1
                state.droppedUnreported += 1
                return false
            }
            state.waiting.append(entry)
            defer { state.isSending = true }
            return !state.isSending
        }
        if mustStart { thread.submit { self.sendWaiting() } }
    }

    private func fields(_ entry: LogEntry) -> [LogField] { entry.journalFields(names: names) + fixed }

    private func sendWaiting() {
        while true {
            let (batch, lost) = state.withLock { state in
                defer {
                    state.isSending = !state.waiting.isEmpty
                    state.waiting = []
                    state.droppedUnreported = 0
                }
                return (state.waiting, state.droppedUnreported)
            }
            for entry in batch {
                do { try transport.send(fields(entry)) } catch { fallback.write(entry) }
            }
            if lost > 0 { reportLoss(lost) }
            if batch.isEmpty { return }
        }
    }

    private func reportLoss(_ count: Int) {
        let entry = LogEntry(
            nanosecondsSinceEpoch: UTCTime.now(), level: .warning, label: "",
            message: "the journal was too slow: log entries are lost", metadata: ["entries": count],
            event: lossEvent)
        do { try transport.send(fields(entry)) } catch { fallback.write(entry) }
    }
}
