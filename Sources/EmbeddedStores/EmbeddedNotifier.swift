import EventLoop
import FOQUSModel
import JSONKit
import SQLiteKit
import Stores

/// Publishes into tables: `notification` for the update topic, `announcement` for those that nobody consumes here.
struct EmbeddedNotifier: Notifier {
    let core: Core

    func publish(_ notifications: [OutgoingNotification]) async throws(StoreError) {
        if notifications.isEmpty { return }
        let now = core.time.now().milliseconds
        let rows = notifications.map { outgoing in
            (
                id: outgoing.id, topic: outgoing.notification.topic, body: outgoing.notification.body.serialized(),
                attributes: AttributeText.encode(outgoing.notification.attributes)
            )
        }
        let updates = try await core.write("publish \(notifications.count) notifications") { connection in
            var updates = 0
            for row in rows {
                switch row.topic {
                case .update:
                    try connection.execute(
                        """
                        INSERT INTO notification (id, published, body, attributes) VALUES (?, ?, ?, ?)
                        ON CONFLICT (id) DO NOTHING
                        """, row.id, now, row.body, row.attributes)
                    updates += connection.changes
                case .message, .alert:
                    try connection.execute(
                        """
                        INSERT INTO announcement (id, published, topic, body, attributes) VALUES (?, ?, ?, ?, ?)
                        ON CONFLICT (id) DO NOTHING
                        """, row.id, now, row.topic.rawValue, row.body, row.attributes)
                }
            }
            return updates
        }
        if updates > 0 { core.signals.updates.raise() }
    }
}
