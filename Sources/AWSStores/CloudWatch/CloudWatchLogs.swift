public import AWSClient
import FOQUSModel
import JSONKit
public import Logging
public import Stores
import Threading

/// Sends log entries to CloudWatch Logs: group and stream as in the contract (cloud-protocol 2.8), made when they are
/// not there.
///
/// Writing only puts the entry into a buffer of bounded size. When the service is away the oldest entries are dropped,
/// and how many is told in the stream once it is back.
public final class CloudWatchLogs: LogSink {
    public static let group = "foqus-cloud-service"
    /// Of one call (CloudWatch Logs API Reference, PutLogEvents): events, and bytes with 26 for each event.
    private static let callLimit = (events: 10_000, bytes: 1_048_576)
    private static let overhead = 26
    /// The most bytes of one entry; the rest is cut off.
    private static let entryLimit = 256 << 10
    /// The most time between the first and the last event of a call, in milliseconds.
    private static let spanLimit: Int64 = 24 * 3_600_000

    private struct Event: Sendable {
        let milliseconds: Int64
        let text: String
        /// Tells of dropped entries; written anew when it could not be sent.
        var isNotice = false
        var size: Int { text.utf8.count + CloudWatchLogs.overhead }
    }

    private struct State {
        var events: [Event] = []
        var bytes = 0
        var dropped = 0

        mutating func dropOldest(over capacity: Int) {
            var excess = 0
            while bytes > capacity, excess < events.count - 1 {
                bytes -= events[excess].size
                excess += 1
            }
            events.removeFirst(excess)
            dropped += excess
        }
    }

    private let service: AWSService
    /// `/user/USER/ec2/INSTANCE`.
    public let stream: String
    private let time: any TimeSource
    private let interval: Duration
    private let capacity: Int
    private let state = Locked(State())

    /// - Parameters:
    ///   - service: `logs` in the worker's region.
    ///   - interval: between two calls.
    ///   - capacity: the most bytes that wait.
    public init(
        service: AWSService, user: String, instance: String, time: any TimeSource,
        interval: Duration = .seconds(5), capacity: Int = 4 << 20
    ) {
        self.service = service
        // A stream's name takes neither colon nor asterisk (CreateLogStream).
        stream = String("/user/\(user)/ec2/\(instance)".map { $0 == ":" || $0 == "*" ? "_" : $0 })
        self.time = time
        self.interval = interval
        self.capacity = capacity
    }

    public func write(_ entry: LogEntry) {
        var text = String(LogFormat.plain.line(entry).dropLast())
        if text.utf8.count > Self.entryLimit {
            text = String(decoding: text.utf8.prefix(Self.entryLimit - 64), as: UTF8.self) + " …"
        }
        add(Event(milliseconds: entry.nanosecondsSinceEpoch / 1_000_000, text: text))
    }

    private func add(_ event: Event) {
        state.withLock { state in
            state.events.append(event)
            state.bytes += event.size
            state.dropOldest(over: capacity)
        }
    }

    /// Sends until the task is cancelled, then all of the rest once.
    public func run() async {
        while !Task.isCancelled {
            do { try await time.sleep(for: interval) } catch { break }
            await flush()
        }
        await Task { await flush() }.value
    }

    /// Sends what waits, call by call, until one fails.
    public func flush() async {
        let now = time.now()
        while case (let events, let dropped) = nextBatch(now), !events.isEmpty {
            do throws(AWSError) {
                try await put(events)
            } catch {
                if error.kind == .service, (400..<500).contains(error.status), error.status != 429,
                    error.code.contains("InvalidParameter")
                {
                    // These will never be accepted: trying again would keep all later ones back.
                    state.withLock { $0.dropped += dropped + events.count { !$0.isNotice } }
                } else {
                    giveBack(events, dropped: dropped)
                }
                return
            }
        }
    }

    /// Takes the next call's events off the buffer, in the order of time as the service wants them.
    private func nextBatch(_ now: Timestamp) -> ([Event], dropped: Int) {
        let (taken, dropped): ([Event], Int) = state.withLock { state in
            let dropped = state.dropped
            state.dropped = 0
            if dropped > 0 {
                let notice = Event(
                    milliseconds: state.events.first?.milliseconds ?? now.milliseconds,
                    text: "\(dropped) log entries were dropped while the log service was away", isNotice: true)
                state.events.insert(notice, at: 0)
                state.bytes += notice.size
            }
            var count = 0
            var bytes = 0
            for event in state.events.prefix(Self.callLimit.events) {
                guard bytes + event.size <= Self.callLimit.bytes,
                    abs(event.milliseconds - state.events[0].milliseconds) < Self.spanLimit
                else { break }
                bytes += event.size
                count += 1
            }
            let taken = Array(state.events.prefix(count))
            state.events.removeFirst(count)
            state.bytes -= bytes
            return (taken, dropped)
        }
        let ordered = taken.enumerated().sorted {
            ($0.element.milliseconds, $0.offset) < ($1.element.milliseconds, $1.offset)
        }
        return (ordered.map(\.element), dropped)
    }

    private func giveBack(_ events: [Event], dropped: Int) {
        state.withLock { state in
            let own = events.filter { !$0.isNotice }
            state.events = own + state.events
            state.bytes += own.reduce(0) { $0 + $1.size }
            state.dropped += dropped
            state.dropOldest(over: capacity)
        }
    }

    private func put(_ events: [Event]) async throws(AWSError) {
        let list = events.map { event -> JSON in
            ["timestamp": .int(event.milliseconds), "message": .string(event.text)]
        }
        let body: JSON = [
            "logGroupName": .string(Self.group), "logStreamName": .string(stream), "logEvents": .array(list),
        ]
        do throws(AWSError) {
            _ = try await service.call("Logs_20140328.PutLogEvents", body)
        } catch {
            guard error.code == "ResourceNotFoundException" else { throw error }
            try await create("CreateLogGroup", ["logGroupName": .string(Self.group)])
            try await create(
                "CreateLogStream", ["logGroupName": .string(Self.group), "logStreamName": .string(stream)])
            _ = try await service.call("Logs_20140328.PutLogEvents", body)
        }
    }

    private func create(_ operation: String, _ body: JSON) async throws(AWSError) {
        do throws(AWSError) {
            _ = try await service.call("Logs_20140328.\(operation)", body)
        } catch {
            // Another worker was faster.
            guard error.code == "ResourceAlreadyExistsException" else { throw error }
        }
    }
}
