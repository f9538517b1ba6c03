public import FOQUSModel
import JSONKit
public import Stores

/// Where started jobs go.
public protocol JobSender: Sendable {
    /// Returns when all are accepted. After a failure all may be sent again.
    func send(_ jobs: [Job]) async throws(StoreError)
}

/// Puts started jobs on the job queue.
public struct QueueSender: JobSender {
    private let queue: any JobQueue

    public init(_ queue: any JobQueue) { self.queue = queue }

    public func send(_ jobs: [Job]) async throws(StoreError) {
        try await queue.send(
            jobs.map {
                OutgoingMessage(body: JobMessage.body(of: $0).serialized(), attributes: JobMessage.attributes(of: $0))
            })
    }
}

/// Publishes started jobs on the update topic, to which the deployment's job queue is subscribed (cloud-protocol 1.4).
public struct TopicSender: JobSender {
    private let notifier: any Notifier

    public init(_ notifier: any Notifier) { self.notifier = notifier }

    public func send(_ jobs: [Job]) async throws(StoreError) {
        try await notifier.publish(
            jobs.map {
                OutgoingNotification(
                    id: "\($0.id)/submit/\($0.submitted?.milliseconds ?? 0)",
                    notification: Notification(
                        topic: .update, body: JobMessage.body(of: $0), attributes: JobMessage.attributes(of: $0)))
            })
    }
}
