import FOQUSModel
import JournalEvents
import Logging
import Stores

extension Outbox {
    /// Attempts that are over and not delivered, and since when the oldest of them.
    var undelivered: (count: Int, since: Instant?) {
        let times = lanes.values.compactMap(\.completed)
        return (times.count, times.min())
    }

    /// Everything of these attempts is out.
    func tell(_ finished: [AttemptID]) {
        guard !finished.isEmpty else { return }
        services.metrics.observe(.delivered(finished.count))
        for lane in finished.compactMap({ lanes[$0] }) where lane.record.job != nil {
            services.logger.step(
                "job delivered", lane.facts, context: lane.story(), event: JournalEvent.jobDelivered)
        }
    }

    /// How it went with a subject; nil: well. Said when it changes.
    func report(_ subject: String, _ error: StoreError?) {
        if let error {
            services.metrics.observe(.deliveryFailed)
            troubles.failed(
                subject, error, "results wait in the outbox", ["attempts": lanes.count], event: JournalEvent.outboxWaits
            )
        } else {
            troubles.succeeded(subject, "results are delivered again", event: JournalEvent.outboxBack)
        }
    }
}
