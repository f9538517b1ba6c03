import EventLoop
import FOQUSModel
import SQLiteKit
import Stores

/// The statements on dead letters.
enum DeadLetters {
    /// Moves a message from the queue to the dead letters.
    static func bury(_ number: Int, at time: Timestamp, _ connection: Connection) throws {
        try connection.execute(
            """
            INSERT INTO dead_letter (number, receives, sent, died, job, body, attributes)
            SELECT number, receives, sent, ?, job, body, attributes FROM queue WHERE number = ?
            """, time.milliseconds, number)
        try connection.execute("DELETE FROM queue WHERE number = ?", number)
    }

    /// Puts a dead letter back on the queue as a new message. False when there is none with the number.
    static func revive(_ number: Int, at time: Timestamp, _ connection: Connection) throws -> Bool {
        try connection.execute(
            """
            INSERT INTO queue (visible_at, sent, job, body, attributes)
            SELECT ?, ?, job, body, attributes FROM dead_letter WHERE number = ?
            """, time.milliseconds, time.milliseconds, number)
        if connection.changes == 0 { return false }
        try connection.execute("DELETE FROM dead_letter WHERE number = ?", number)
        return true
    }
}

extension EmbeddedQueue: DeadLetterQueue {
    func unreported(limit: Int) async throws(StoreError) -> [DeadLetter] {
        try await letters("WHERE reported = 0", limit: limit)
    }

    func deadLetters(limit: Int) async throws(StoreError) -> [DeadLetter] {
        try await letters("", limit: limit)
    }

    private func letters(_ condition: String, limit: Int) async throws(StoreError) -> [DeadLetter] {
        let rows = try await core.read("read the dead letters") { connection in
            try MessageRow.rows(
                "SELECT \(MessageRow.deadColumns) FROM dead_letter \(condition) ORDER BY died, number LIMIT ?",
                max(0, limit), in: connection)
        }
        var letters: [DeadLetter] = []
        do {
            for row in rows {
                let content = try row.content()
                letters.append(
                    DeadLetter(
                        id: String(row.number), body: content.body, attributes: content.attributes,
                        receiveCount: row.receives, died: row.died))
            }
        } catch {
            throw StoreError(error, "read the dead letters")
        }
        return letters
    }

    func markReported(_ ids: [String]) async throws(StoreError) {
        let numbers = ids.compactMap { Int($0) }
        if numbers.isEmpty { return }
        try await core.write("mark dead letters") { connection in
            for number in numbers {
                try connection.execute("UPDATE dead_letter SET reported = 1 WHERE number = ?", number)
            }
        }
    }

    func redrive(_ ids: [String]) async throws(StoreError) -> Int {
        let numbers = ids.compactMap { Int($0) }
        if numbers.isEmpty { return 0 }
        let now = core.time.now()
        let count = try await core.write("redrive dead letters") { connection in
            var count = 0
            for number in numbers where try DeadLetters.revive(number, at: now, connection) { count += 1 }
            return count
        }
        if count > 0 { core.signals.queue.raise() }
        return count
    }
}
