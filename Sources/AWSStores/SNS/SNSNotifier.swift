public import AWSClient
import FOQUSModel
public import Logging
public import Stores
import XMLReader

/// The ARNs of the contract's topics (instance tags `FOQUS-Update-Topic-Arn`, `FOQUS-Message-Topic-Arn` and
/// `FOQUS-Alert-Topic-Arn`).
public struct SNSTopics: Sendable, Hashable {
    public var update: String
    public var message: String
    /// Nil: there is no alert topic, alerts go to the log only.
    public var alert: String?

    public init(update: String, message: String, alert: String?) {
        self.update = update
        self.message = message
        self.alert = alert
    }

    subscript(topic: Topic) -> String? {
        switch topic {
        case .update: update
        case .message: message
        case .alert: alert
        }
    }
}

/// Publishes to SNS topics.
///
/// Notifications of one job leave one call after the other, in order; those of different jobs travel together, ten to a
/// call and several calls at once. The topics are independent and served at the same time. Publishing again under the same id is without effect
/// only on a FIFO topic (its name ends in `.fifo`), and there for five minutes; readers of a standard topic see both.
public final class SNSNotifier: Notifier {
    private static let version = "2010-03-31"

    private let topics: SNSTopics
    private let service: AWSService
    private let batches: BatchOperation
    private let logger: Logger

    /// - Parameter service: `sns` in the topics' region.
    public init(
        topics: SNSTopics, service: AWSService, time: any TimeSource, random: any RandomSource = SystemRandom(),
        logger: Logger
    ) {
        self.topics = topics
        self.service = service
        batches = BatchOperation(time: time, random: random)
        self.logger = logger
    }

    /// Throws `invalid` before anything is published when one of them is larger than the 256 KiB of SNS.
    public func publish(_ notifications: [OutgoingNotification]) async throws(StoreError) {
        var plans: [TopicPlan] = []
        for topic in Topic.allCases {
            let own = notifications.filter { $0.notification.topic == topic }
            guard !own.isEmpty else { continue }
            guard let arn = topics[topic] else {
                for outgoing in own {
                    logger.error(
                        "no topic is set for an alert", ["alert": outgoing.notification.body, "id": outgoing.id])
                }
                continue
            }
            plans.append(try TopicPlan(topic, arn, own))
        }
        let failure = await withTaskGroup { group in
            for plan in plans {
                group.addTask { () -> StoreError? in
                    do throws(StoreError) { try await self.publish(plan) } catch { return error }
                    return nil
                }
            }
            return await group.reduce(nil as StoreError?) { $0 ?? $1 }
        }
        if let failure { throw failure }
    }

    private struct TopicPlan: Sendable {
        let topic: Topic
        let arn: String
        let rounds: [[SNSMessage]]

        init(_ topic: Topic, _ arn: String, _ notifications: [OutgoingNotification]) throws(StoreError) {
            self.topic = topic
            self.arn = arn
            var rounds: [[SNSMessage]] = []
            for round in PublishPlan.rounds(notifications) {
                var messages: [SNSMessage] = []
                for outgoing in round {
                    messages.append(try SNSMessage(outgoing, isFIFO: arn.hasSuffix(".fifo")))
                }
                rounds.append(messages)
            }
            self.rounds = rounds
        }

        /// `update`, as in `publish to topic update`.
        var purpose: String { "publish to the \(topic.rawValue) topic" }
    }

    private func publish(_ plan: TopicPlan) async throws(StoreError) {
        for round in plan.rounds {
            if plan.topic == .alert || round.count == 1 {
                for message in round { try await publish(message, plan) }
                continue
            }
            let chunks = BatchOperation.chunks(of: round.map(\.size), size: SNSMessage.sizeLimit)
            let failures = try await batches.run(chunks) { (numbers) throws(StoreError) in
                try await self.publishBatch(numbers.map { ($0, round[$0]) }, plan)
            }
            guard let failure = failures.min(by: { $0.key < $1.key })?.value else { continue }
            throw failure.error(plan.purpose, service: "sns")
        }
    }

    private func publish(_ message: SNSMessage, _ plan: TopicPlan) async throws(StoreError) {
        // The contract's worker addresses the alert topic as a target (cloud-protocol 2.6).
        let address = (name: plan.topic == .alert ? "TargetArn" : "TopicArn", value: plan.arn)
        _ = try await query("Publish", [address] + message.parameters(), plan)
    }

    private func publishBatch(
        _ entries: [(number: Int, message: SNSMessage)], _ plan: TopicPlan
    ) async throws(StoreError) -> (done: Set<Int>, failed: [Int: BatchFailure]) {
        var parameters = [(name: "TopicArn", value: plan.arn)]
        for (index, entry) in entries.enumerated() {
            let prefix = "PublishBatchRequestEntries.member.\(index + 1)."
            parameters.append((prefix + "Id", String(entry.number)))
            parameters += entry.message.parameters(prefix: prefix)
        }
        let result = try await query("PublishBatch", parameters, plan)["PublishBatchResult"]
        var done: Set<Int> = []
        for member in result?["Successful"]?.all("member") ?? [] {
            if let number = member.text(of: "Id").flatMap({ Int($0) }) { done.insert(number) }
        }
        var failed: [Int: BatchFailure] = [:]
        for member in result?["Failed"]?.all("member") ?? [] {
            guard let number = member.text(of: "Id").flatMap({ Int($0) }) else { continue }
            failed[number] = BatchFailure(
                code: member.text(of: "Code") ?? "", message: member.text(of: "Message") ?? "",
                isSendersFault: member.text(of: "SenderFault")?.lowercased() == "true")
        }
        return (done, failed)
    }

    private func query(
        _ action: String, _ parameters: [(name: String, value: String)], _ plan: TopicPlan
    ) async throws(StoreError) -> XMLElement {
        do throws(AWSError) {
            return try await service.query(action, version: Self.version, parameters)
        } catch {
            throw StoreError(error, plan.purpose)
        }
    }
}
