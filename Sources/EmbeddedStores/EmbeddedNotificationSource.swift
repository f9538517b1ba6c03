import EventLoop
import FOQUSModel
import SQLiteKit
import Stores

/// The update topic in the order of publishing, from just after what was committed last.
struct EmbeddedNotificationSource: NotificationSource {
    /// How many old rows a commit removes at most: more than a batch brings in, yet a short transaction.
    private static let trimLimit = 1000

    let core: Core

    func receive(limit: Int, wait: Duration) async throws(StoreError) -> [NotificationDelivery] {
        let deadline = core.time.instant() + wait
        while limit > 0, !core.mustStopWaiting {
            let generation = core.signals.updates.generation
            let deliveries = try await next(limit)
            if !deliveries.isEmpty { return deliveries }
            let rest = deadline - core.time.instant()
            guard rest > .zero else { break }
            await core.signals.updates.wait(since: generation, atMost: rest, by: core.time)
        }
        return []
    }

    private func next(_ limit: Int) async throws(StoreError) -> [NotificationDelivery] {
        try await core.read("receive notifications") { connection in
            try connection.query(
                """
                SELECT sequence, published, body, attributes FROM notification
                WHERE sequence > (SELECT sequence FROM processed WHERE reader = 'processor') ORDER BY sequence LIMIT ?
                """, limit
            ) { row in
                NotificationDelivery(
                    sequence: Int64(row.int(0)), published: row.time(1), body: row.blob(2),
                    attributes: try AttributeText.decode(row.blob(3)))
            }
        }
    }

    func commit(through sequence: Int64) async throws(StoreError) {
        let retention = core.options.notificationRetention
        try await core.write("commit notification \(sequence)") { connection in
            try connection.execute(
                "UPDATE processed SET sequence = max(sequence, ?) WHERE reader = 'processor'", sequence)
            try connection.execute(
                """
                DELETE FROM notification WHERE sequence IN (
                    SELECT sequence FROM notification
                    WHERE sequence <= (SELECT max(sequence) FROM notification) - ?
                        AND sequence <= (SELECT sequence FROM processed WHERE reader = 'processor')
                    ORDER BY sequence LIMIT ?)
                """, retention, Self.trimLimit)
            try connection.execute(
                """
                DELETE FROM announcement WHERE sequence IN (
                    SELECT sequence FROM announcement
                    WHERE sequence <= (SELECT max(sequence) FROM announcement) - ? ORDER BY sequence LIMIT ?)
                """, retention, Self.trimLimit)
        }
    }
}
