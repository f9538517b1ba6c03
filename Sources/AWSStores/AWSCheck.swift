import AWSClient
import FOQUSModel
public import Stores
import XMLReader

/// One thing that a worker needs of AWS, tried by a call that changes nothing.
public struct AWSCheck: Sendable {
    /// What is tried: `queue https://…`.
    public let subject: String
    /// Says what was found.
    public let run: @Sendable () async throws -> String
}

extension AWSBackend {
    /// Each permission with a harmless call. What can only be tried by doing it (publishing, writing, counting) is told
    /// as such by reading what it would go to.
    public func checks(_ places: AWSPlaces, random: any RandomSource = SystemRandom()) -> [AWSCheck] {
        var checks = [
            AWSCheck(subject: "identity") { [self] in try await callerIdentity() },
            AWSCheck(subject: "queue \(places.jobQueueURL)") { [self] in
                let count = try await queue.statistics()
                return "\(count.available) waiting, \(count.inFlight) in flight"
            },
            AWSCheck(subject: "table \(places.table)") { [self] in
                let nobody: JobID = random.identifier()
                _ = try await jobs.snapshots(of: [nobody])
                return "can be read"
            },
        ]
        for (bucket, name) in [(Bucket.simulations, places.simulationBucket), (.sessions, places.sessionBucket)] {
            checks.append(
                AWSCheck(subject: "bucket \(name)") { [self] in
                    let page = try await objects.list(prefix: "", in: bucket, after: nil, limit: 1)
                    return page.objects.isEmpty ? "can be listed, empty" : "can be listed"
                })
        }
        let topics = [places.topics.update, places.topics.message] + (places.topics.alert.map { [$0] } ?? [])
        for topic in topics {
            checks.append(
                AWSCheck(subject: "topic \(topic)") { [self] in
                    let answer = try await services.service("sns").query(
                        "GetTopicAttributes", version: "2010-03-31", [("TopicArn", topic)])
                    let entries = answer["GetTopicAttributesResult"]?["Attributes"]?.all("entry") ?? []
                    let confirmed = entries.first { $0.text(of: "key") == "SubscriptionsConfirmed" }?.text(of: "value")
                    return "is there" + (confirmed.map { ", subscriptions: \($0)" } ?? "")
                })
        }
        return checks
    }

    private func callerIdentity() async throws(AWSError) -> String {
        let answer = try await services.service("sts").query("GetCallerIdentity", version: "2011-06-15", [])
        return answer["GetCallerIdentityResult"]?.text(of: "Arn") ?? "unknown"
    }
}
