import AWSClient
import AWSPeers
import JSONKit
import Logging
import Stores
import TestSupport

@testable import AWSStores

/// Queues and topics of one test, made on a peer by boto3 as a deployment would have them: a job queue with a dead-letter
/// queue, the three topics, and a queue subscribed to the update topic.
struct Deployment: Sendable {
    let peer: AWSPeer
    let jobQueue: String
    let deadLetterQueue: String
    let topics: SNSTopics
    /// Subscribed to the update topic, with raw delivery or without.
    let updateQueue: String
    /// Subscribed to the message topic and to the alert topic.
    let messageQueue: String
    static let maxReceives = 2
    private static let turn = Turnstile()

    init(
        on peer: AWSPeer, raw: Bool = true, jobsFromTopic: Bool = false, fifo: Bool = false, isRedriven: Bool = true
    ) async throws {
        self.peer = peer
        // One at a time: moto is not made for many that create at once.
        await Self.turn.enter()
        defer { Self.turn.leave() }
        let made = try await Boto.run(
            """
            import json
            sqs, sns = client("sqs"), client("sns")
            end = ".fifo" if given["fifo"] else ""
            fifo = {"FifoQueue": "true"} if given["fifo"] else {}
            def queue(name, **attributes):
                url = sqs.create_queue(QueueName=given["name"] + name, Attributes=attributes)["QueueUrl"]
                arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
                return url, arn
            def topic(name):
                return sns.create_topic(
                    Name=given["name"] + name + end, Attributes={"FifoTopic": "true"} if end else {})["TopicArn"]
            def subscribe(url, arn, topic, raw):
                allow = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
                         "Resource": arn}
                sqs.set_queue_attributes(
                    QueueUrl=url,
                    Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [allow]})})
                sns.subscribe(
                    TopicArn=topic, Protocol="sqs", Endpoint=arn,
                    Attributes={"RawMessageDelivery": "true"} if raw else {})
            dead, dead_arn = queue("-dead")
            jobs, jobs_arn = queue(
                "-jobs", RedrivePolicy=json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": given["receives"]}))
            update, message, alert = topic("-update"), topic("-message"), topic("-alert")
            updates, updates_arn = queue("-updates" + end, **fifo)
            messages, messages_arn = queue("-messages" + end, **fifo)
            subscribe(updates, updates_arn, update, given["raw"])
            subscribe(messages, messages_arn, message, True)
            subscribe(messages, messages_arn, alert, True)
            if given["jobs"]:
                subscribe(jobs, jobs_arn, update, given["raw"])
            result = {"jobs": jobs, "dead": dead, "updates": updates, "messages": messages,
                      "topics": [update, message, alert]}
            """, peer,
            given: [
                "name": .string(AWSPeer.unique("queue")), "receives": .int(isRedriven ? Int64(Self.maxReceives) : 1000),
                "raw": .bool(raw),
                "jobs": .bool(jobsFromTopic), "fifo": .bool(fifo),
            ])
        func text(_ json: JSON?) throws -> String {
            guard let text = json?.stringValue else { throw TestSupportError("incomplete: \(made)") }
            return text
        }
        jobQueue = try text(made["jobs"])
        deadLetterQueue = try text(made["dead"])
        updateQueue = try text(made["updates"])
        messageQueue = try text(made["messages"])
        topics = SNSTopics(
            update: try text(made["topics"]?[0]), message: try text(made["topics"]?[1]),
            alert: try text(made["topics"]?[2]))
    }

    func queue(_ url: String? = nil) -> SQSQueue {
        SQSQueue(url: url ?? jobQueue, service: peer.service("sqs"), time: SystemTime())
    }

    func notifier() -> SNSNotifier {
        SNSNotifier(
            topics: topics, service: peer.service("sns"), time: SystemTime(),
            logger: Logger(label: "test", sink: NullSink()))
    }

    func source() -> SQSNotificationSource {
        SQSNotificationSource(queue: queue(updateQueue), time: SystemTime())
    }
}
