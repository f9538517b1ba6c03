import FOQUSModel
import Stores
import TestSupport
import Threading

/// A queue in memory as a worker sees it: what is received is looked up in the table first, and dropped when its job has
/// ended or was stopped. Queues of SQS take no message back, so the table cannot either.
final class WorkersQueue: JobQueue, DeadLetterQueue, Sendable {
    private struct Entry {
        let id: String
        let message: OutgoingMessage
        let sent: Timestamp
        var visible: Timestamp
        var receives = 0
    }

    private struct State {
        var entries: [Entry] = []
        var count = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Locked(State())
    private let time: any TimeSource
    /// Where jobs are looked up.
    let table = Locked<(any JobTable)?>(nil)
    /// The next so many sends fail.
    let failures = Locked(0)

    init(time: any TimeSource) { self.time = time }

    func send(_ messages: [OutgoingMessage]) async throws(StoreError) {
        let fails = failures.withLock { count in
            defer { count = max(0, count - 1) }
            return count > 0
        }
        if fails { throw StoreError(.unavailable, "send", "the test wants it") }
        let now = time.now()
        let waiters = state.withLock { state in
            for message in messages {
                state.count += 1
                state.entries.append(
                    Entry(id: "\(state.count)", message: message, sent: now, visible: now + message.delay))
            }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func receive(limit: Int, visibility: Duration, wait: Duration) async throws(StoreError) -> [ReceivedMessage] {
        while true {
            var received: [ReceivedMessage] = []
            while received.count < limit {
                let candidates = lease(limit - received.count, visibility)
                if candidates.isEmpty { break }
                for message in candidates {
                    if try await isDropped(message) {
                        _ = try await acknowledge([message.lease])
                    } else {
                        received.append(message)
                    }
                }
            }
            if !received.isEmpty || wait <= .zero { return received }
            await nextSend()
        }
    }

    private func nextSend() async {
        await withCheckedContinuation { continuation in
            let isSent = state.withLock { state in
                if !state.entries.isEmpty { return true }
                state.waiters.append(continuation)
                return false
            }
            if isSent { continuation.resume() }
        }
    }

    private func lease(_ limit: Int, _ visibility: Duration) -> [ReceivedMessage] {
        let now = time.now()
        return state.withLock { state in
            var messages: [ReceivedMessage] = []
            for index in state.entries.indices where messages.count < limit && state.entries[index].visible <= now {
                state.entries[index].visible = now + visibility
                state.entries[index].receives += 1
                let entry = state.entries[index]
                messages.append(
                    ReceivedMessage(
                        lease: Lease(message: entry.id, receipt: "\(entry.receives)"), body: entry.message.body,
                        attributes: entry.message.attributes, receiveCount: entry.receives, sent: entry.sent))
            }
            return messages
        }
    }

    private func isDropped(_ message: ReceivedMessage) async throws(StoreError) -> Bool {
        guard let table = table.withLock({ $0 }), let job = message.attributes["job"].flatMap({ JobID($0) }) else {
            return false
        }
        guard let snapshot = try await table.snapshots(of: [job])[job] else { return true }
        return snapshot.state.isFinal || snapshot.state == .stop
    }

    private func change(_ leases: [Lease], _ body: (inout State, Int) -> Void) -> Set<Lease> {
        state.withLock { state in
            leases.filter { lease in
                let index = state.entries.firstIndex { $0.id == lease.message && "\($0.receives)" == lease.receipt }
                guard let index else { return true }
                body(&state, index)
                return false
            }.reduce(into: []) { $0.insert($1) }
        }
    }

    func extend(_ leases: [Lease], visibility: Duration) async throws(StoreError) -> Set<Lease> {
        let until = time.now() + visibility
        return change(leases) { $0.entries[$1].visible = until }
    }

    func acknowledge(_ leases: [Lease]) async throws(StoreError) -> Set<Lease> {
        change(leases) { $0.entries.remove(at: $1) }
    }

    func release(
        _ leases: [Lease], delay: Duration, countsAsAttempt: Bool
    ) async throws(StoreError) -> Set<Lease> {
        try await extend(leases, visibility: delay)
    }

    func statistics() async throws(StoreError) -> QueueStatistics {
        QueueStatistics(available: state.withLock { $0.entries.count }, delayed: 0, inFlight: 0, dead: 0)
    }

    func unreported(limit: Int) async throws(StoreError) -> [DeadLetter] { [] }
    func markReported(_ ids: [String]) async throws(StoreError) {}
    func deadLetters(limit: Int) async throws(StoreError) -> [DeadLetter] { [] }
    func redrive(_ ids: [String]) async throws(StoreError) -> Int { 0 }
}
