import FOQUSModel
import Stores

/// What a batch of notifications asks for, in order.
struct NotificationBatch: Sendable {
    /// A session event, on behalf of the user whom the notification names.
    struct SessionRequest: Sendable, Hashable {
        let session: SessionID
        let action: NotificationEvent.SessionAction
        let username: String
        let published: Timestamp
    }

    enum Step: Sendable, Hashable {
        /// Changes that the job table takes in one go.
        case updates([JobUpdate])
        case session(SessionRequest)
    }

    /// A notification that nobody can read.
    struct Poison: Sendable, Hashable {
        let sequence: Int64
        let reason: String
    }

    private(set) var steps: [Step] = []
    private(set) var poison: [Poison] = []
    /// Nil when there are no notifications.
    let last: Int64?

    init(_ deliveries: [NotificationDelivery]) {
        last = deliveries.last?.sequence
        var updates: [JobUpdate] = []
        for delivery in deliveries {
            let events: [NotificationEvent]
            do {
                events = try NotificationEvent.events(body: delivery.body, attributes: delivery.attributes)
            } catch {
                poison.append(Poison(sequence: delivery.sequence, reason: error.description))
                continue
            }
            for event in events {
                switch event {
                case .status(let job, let state, let consumer, let message):
                    updates.append(.status(job, state, consumer: consumer, message: message, at: delivery.published))
                case .output(let job, let value): updates.append(.output(job, value))
                case .consumerRunning(let consumer, let instance):
                    updates.append(.consumerRunning(consumer, instance: instance, at: delivery.published))
                case .session(let session, let action):
                    if !updates.isEmpty { steps.append(.updates(updates)) }
                    updates = []
                    steps.append(
                        .session(
                            SessionRequest(
                                session: session, action: action, username: delivery.attributes["username"] ?? "",
                                published: delivery.published)))
                }
            }
        }
        if !updates.isEmpty { steps.append(.updates(updates)) }
    }
}
