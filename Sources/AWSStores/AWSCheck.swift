import AWSClient
import FOQUSModel
public import Stores
import XMLReader

/// One thing that a worker needs of AWS, tried by a call that changes nothing.
public struct AWSCheck: Sendable {
    /// The setting in `[aws]` that names it, as `job_queue_url`; nil for the caller itself.
    public let setting: String?
    /// What is tried: `queue https://…`.
    public let subject: String
    /// Says what was found. What it throws is told apart by `AWSFault`.
    public let run: @Sendable () async throws -> String
}

extension AWSBackend {
    /// Whether all is there, each by a harmless call. What can only be tried by doing it (receiving, publishing, counting)
    /// is told as such by reading what it would go to.
    public func checks(_ places: AWSPlaces, random: any RandomSource = SystemRandom()) -> [AWSCheck] {
        var checks = [
            AWSCheck(setting: nil, subject: "identity") { [self] in try await callerIdentity() },
            AWSCheck(setting: "job_queue_url", subject: "queue \(places.jobQueueURL)") { [self] in
                try AWSFault.expect(region, in: places.jobQueueURL)
                let count = try await queue.statistics()
                return "\(count.available) waiting, \(count.inFlight) in flight"
            },
            AWSCheck(setting: "table", subject: "table \(places.table)") { [self] in
                try AWSFault.expect(region, in: places.table)
                let nobody: JobID = random.identifier()
                _ = try await jobs.snapshots(of: [nobody])
                return "can be read"
            },
        ]
        let buckets = [
            ("simulation_bucket", Bucket.simulations, places.simulationBucket),
            ("session_bucket", .sessions, places.sessionBucket),
        ]
        for (setting, bucket, name) in buckets {
            checks.append(
                AWSCheck(setting: setting, subject: "bucket \(name)") { [self] in
                    let page = try await objects.list(prefix: "", in: bucket, after: nil, limit: 1)
                    return page.objects.isEmpty ? "can be listed, empty" : "can be listed"
                })
        }
        let topics = [
            ("update_topic", places.topics.update), ("message_topic", places.topics.message),
            ("alert_topic", places.topics.alert),
        ]
        for case (let setting, let topic?) in topics {
            checks.append(
                AWSCheck(setting: setting, subject: "topic \(topic)") { [self] in
                    try AWSFault.expect(region, in: topic)
                    return try await describeTopic(topic)
                })
        }
        return checks
    }

    private func describeTopic(_ topic: String) async throws(AWSError) -> String {
        let answer = try await services.service("sns").query(
            "GetTopicAttributes", version: "2010-03-31", [("TopicArn", topic)])
        let entries = answer["GetTopicAttributesResult"]?["Attributes"]?.all("entry") ?? []
        let confirmed = entries.first { $0.text(of: "key") == "SubscriptionsConfirmed" }?.text(of: "value")
        return "is there" + (confirmed.map { ", subscriptions: \($0)" } ?? "")
    }

    private func callerIdentity() async throws(AWSError) -> String {
        let answer = try await services.service("sts").query("GetCallerIdentity", version: "2011-06-15", [])
        return answer["GetCallerIdentityResult"]?.text(of: "Arn") ?? "unknown"
    }
}
