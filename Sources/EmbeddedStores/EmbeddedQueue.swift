import EventLoop
import FOQUSModel
import SQLiteKit
import Stores

/// The job queue: rows that are hidden until their visibility time.
///
/// A lease that ran out still counts until somebody else receives the message: nobody has begun the work anew.
struct EmbeddedQueue: JobQueue {
    let core: Core

    func send(_ messages: [OutgoingMessage]) async throws(StoreError) {
        if messages.isEmpty { return }
        let now = core.time.now()
        let rows = messages.map { message in
            (
                body: message.body, attributes: AttributeText.encode(message.attributes),
                job: message.attributes["job"].flatMap { JobID($0) }?.description,
                visible: (now + message.delay).milliseconds
            )
        }
        try await core.write("send to the job queue") { connection in
            for row in rows {
                try connection.execute(
                    """
                    INSERT INTO queue (visible_at, sent, job, body, attributes)
                    VALUES (?, ?, (SELECT number FROM job WHERE id = ?), ?, ?)
                    """, row.visible, now.milliseconds, row.job, row.body, row.attributes)
            }
        }
        core.signals.queue.raise()
    }

    func receive(limit: Int, visibility: Duration, wait: Duration) async throws(StoreError) -> [ReceivedMessage] {
        let deadline = core.time.instant() + wait
        while limit > 0, !core.mustStopWaiting {
            let generation = core.signals.queue.generation
            let next = try await nextVisible()
            if let next, next <= core.time.now() {
                if let messages = try await take(limit: limit, visibility: visibility) { return messages }
                continue
            }
            let rest = deadline - core.time.instant()
            guard rest > .zero else { break }
            let pause = next.map { min($0 - core.time.now(), rest) } ?? rest
            await core.signals.queue.wait(since: generation, atMost: pause, by: core.time)
        }
        return []
    }

    /// When the next message can be received; nil for an empty queue. Only reads, so waiting costs no transaction.
    private func nextVisible() async throws(StoreError) -> Timestamp? {
        try await core.read("look into the job queue") { connection in
            try connection.first("SELECT min(visible_at) FROM queue") { $0.optionalTime(0) } ?? nil
        }
    }

    /// Leases what is visible. Nil when that was nothing, as somebody else was faster or all was dead.
    private func take(limit: Int, visibility: Duration) async throws(StoreError) -> [ReceivedMessage]? {
        let (core, now) = (core, core.time.now())
        let taken = try await core.write("receive from the job queue") { connection in
            try Self.lease(limit, until: now + visibility, at: now, core.options.maxReceives, connection)
        }
        if taken.died > 0 { core.signals.dead.raise() }
        if taken.rows.isEmpty { return nil }
        var messages: [ReceivedMessage] = []
        do {
            for row in taken.rows {
                let content = try row.content()
                messages.append(
                    ReceivedMessage(
                        lease: Receipt(number: row.number, generation: row.generation + 1).lease, body: content.body,
                        attributes: content.attributes, receiveCount: row.receives + 1, sent: row.sent))
            }
        } catch {
            throw StoreError(error, "receive from the job queue")
        }
        if Task.isCancelled {
            // Writing is not cancelled by it: the messages go back.
            _ = try await release(messages.map(\.lease), delay: .zero, countsAsAttempt: false)
            return []
        }
        return messages
    }

    private static func lease(
        _ limit: Int, until end: Timestamp, at now: Timestamp, _ maxReceives: Int, _ connection: Connection
    ) throws -> (rows: [MessageRow], died: Int) {
        var rows = try MessageRow.rows(
            """
            SELECT \(MessageRow.queueColumns) FROM queue WHERE visible_at <= ? ORDER BY visible_at, number LIMIT ?
            """, Int(now.milliseconds), limit, in: connection)
        let dead = rows.filter { $0.receives >= maxReceives }
        rows.removeAll { $0.receives >= maxReceives }
        for row in rows {
            try connection.execute(
                """
                UPDATE queue SET visible_at = ?, leased = 1, generation = generation + 1, receives = receives + 1
                WHERE number = ?
                """, end.milliseconds, row.number)
        }
        for row in dead { try DeadLetters.bury(row.number, at: now, connection) }
        return (rows, dead.count)
    }

    func statistics() async throws(StoreError) -> QueueStatistics {
        let now = core.time.now().milliseconds
        return try await core.read("count the job queue") { connection in
            func count(_ sql: String, _ parameters: any SQLiteBindable...) throws -> Int {
                try connection.query(sql, parameters: parameters) { $0.int(0) }[0]
            }
            return QueueStatistics(
                available: try count("SELECT count(*) FROM queue WHERE visible_at <= ?", now),
                delayed: try count("SELECT count(*) FROM queue WHERE visible_at > ? AND leased = 0", now),
                inFlight: try count("SELECT count(*) FROM queue WHERE visible_at > ? AND leased = 1", now),
                dead: try count("SELECT count(*) FROM dead_letter"))
        }
    }
}
