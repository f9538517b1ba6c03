import AWSClient
import JSONKit
import Stores

/// The operations of one SQS queue over JSON (SQS API Reference, 2012-11-05).
struct SQSCalls: Sendable {
    let service: AWSService
    /// `https://sqs.eu-west-1.amazonaws.com/123456789012/jobs`.
    let url: String

    /// The queue's name, for messages to people.
    var name: String { url.split(separator: "/").last.map(String.init) ?? url }

    /// - Parameter purpose: what is tried, as `receive from`; the queue's name follows.
    func call(
        _ operation: String, _ members: JSONObject, _ purpose: String, timeout: Duration = .seconds(30)
    ) async throws(StoreError) -> JSON {
        var body = members
        body["QueueUrl"] = .string(url)
        return try await send(operation, body, "\(purpose) queue \(name)", timeout)
    }

    private func send(
        _ operation: String, _ body: JSONObject, _ purpose: String, _ timeout: Duration
    ) async throws(StoreError) -> JSON {
        do throws(AWSError) {
            return try await service.call("AmazonSQS.\(operation)", .object(body), timeout: timeout)
        } catch {
            throw StoreError(error, purpose)
        }
    }

    /// The URL of another queue.
    func findQueue(named name: String, account: String) async throws(StoreError) -> String {
        let purpose = "find queue \(name)"
        let answer = try await send(
            "GetQueueUrl", ["QueueName": .string(name), "QueueOwnerAWSAccountId": .string(account)], purpose,
            .seconds(30))
        guard let url = answer["QueueUrl"]?.stringValue else {
            throw StoreError(.corrupt, purpose, "the answer has no QueueUrl")
        }
        return url
    }

    /// - Parameters:
    ///   - limit: 1 to 10.
    ///   - visibility: whole seconds, 0 to 43,200.
    ///   - wait: whole seconds, 0 to 20.
    func receive(limit: Int, visibility: Int, wait: Int) async throws(StoreError) -> [SQSMessage] {
        let wanted: JSON = [
            "ApproximateReceiveCount", "SentTimestamp",
        ]
        let answer = try await call(
            "ReceiveMessage",
            [
                "MaxNumberOfMessages": .int(Int64(limit)), "VisibilityTimeout": .int(Int64(visibility)),
                "WaitTimeSeconds": .int(Int64(wait)), "MessageAttributeNames": ["All"],
                // The second name is the one that servers older than 2024 know.
                "MessageSystemAttributeNames": wanted, "AttributeNames": wanted,
            ], "receive from", timeout: .seconds(wait + 10))
        return (answer["Messages"]?.arrayValue ?? []).compactMap { SQSMessage($0) }
    }

    func attributes(_ names: [String]) async throws(StoreError) -> [String: String] {
        let answer = try await call(
            "GetQueueAttributes", ["AttributeNames": .array(names.map { .string($0) })], "read the attributes of")
        var attributes: [String: String] = [:]
        for (name, value) in answer["Attributes"]?.objectValue ?? [:] { attributes[name] = value.stringValue }
        return attributes
    }
}
