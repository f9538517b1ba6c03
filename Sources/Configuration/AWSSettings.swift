import Settings

/// `[aws]`: where a FOQUS cloud on AWS is found (cloud-protocol 2.1).
public struct AWSSettings: Sendable {
    /// Nil to ask the environment, the profile and the instance.
    public let region: String?
    /// Nil for the places where AWS tools look for credentials.
    public let credentialsFile: String?
    public let jobQueueURL: String
    public let updateTopic: String
    public let messageTopic: String
    /// Nil where the deployment has none: alerts are only logged then.
    public let alertTopic: String?
    public let simulationBucket: String
    public let sessionBucket: String
    public let table: String
    /// Whether status changes and outputs are published. Without them nobody is told how a job ends.
    public let publishes: Bool
    /// Whether counts go to CloudWatch.
    public let metrics: Bool
    /// Whether the log goes to CloudWatch Logs as well.
    public let logs: Bool
    /// Whether tags, user data and events of the instance are looked at.
    public let instanceMetadata: Bool
    /// Whether the first version of the metadata service, without tokens, will do where the second is not there.
    public let metadataVersion1: Bool
    /// Whether spot interruption, rebalance recommendation and auto-scaling state start a drain.
    public let drainsWithInstance: Bool
    /// Whether the instance is protected from scale-in while jobs run.
    public let scaleInProtection: Bool
    let problems: [SettingsError.Problem]

    init(_ reader: SettingsReader, isUsed: Bool) {
        let section = "aws"
        var problems: [SettingsError.Problem] = []
        /// One that the backend cannot do without.
        func needed(_ key: String, _ tag: String) -> String {
            let value = reader.string(section, key, default: "")
            if value.isEmpty && isUsed {
                problems.append(
                    SettingsError.Problem(
                        code: .missing,
                        description: "[aws] \(key) is not set: backend = aws needs it, here, in the environment as "
                            + "FOQUS_AWS_\(key.uppercased()), or as the instance's tag \(tag)"))
            }
            return value
        }
        func optional(_ key: String) -> String? {
            let value = reader.string(section, key, default: "")
            return value.isEmpty ? nil : value
        }
        region = optional("region")
        credentialsFile = reader.optionalPath(section, "credentials_file")
        jobQueueURL = Self.queueURL(needed("job_queue_url", "FOQUS-Job-Queue-Url"))
        updateTopic = needed("update_topic", "FOQUS-Update-Topic-Arn")
        messageTopic = needed("message_topic", "FOQUS-Message-Topic-Arn")
        alertTopic = optional("alert_topic")
        simulationBucket = Self.bucket(needed("simulation_bucket", "FOQUS-Simulation-Bucket-Name"))
        sessionBucket = Self.bucket(needed("session_bucket", "FOQUS-Session-Bucket-Name"))
        table = needed("table", "FOQUS-DynamoDB-Table")
        publishes = reader.bool(section, "notifications", default: true)
        metrics = reader.bool(section, "metrics", default: true)
        logs = reader.bool(section, "logs", default: false)
        instanceMetadata = reader.bool(section, "instance_metadata", default: true)
        metadataVersion1 = reader.bool(section, "metadata_v1", default: false)
        drainsWithInstance = reader.bool(section, "drain_with_instance", default: true)
        scaleInProtection = reader.bool(section, "scale_in_protection", default: false)
        for (key, topic) in [("update_topic", updateTopic), ("message_topic", messageTopic)]
        where isUsed && !topic.isEmpty && !topic.hasPrefix("arn:") {
            problems.append(
                SettingsError.Problem(
                    code: .badValue, description: "[aws] \(key) = \(topic): expected an ARN, such as arn:aws:sns:…"))
        }
        self.problems = problems
    }

    /// Deployed instances name the queue by its ARN too: `arn:aws:sqs:REGION:ACCOUNT:NAME`.
    static func queueURL(_ text: String) -> String {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "sqs" else { return text }
        let suffix = parts[1] == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"
        return "https://sqs.\(parts[3]).\(suffix)/\(parts[4])/\(parts[5])"
    }

    /// Deployed instances name buckets by their ARNs too: `arn:aws:s3:::NAME`.
    static func bucket(_ text: String) -> String {
        guard text.hasPrefix("arn:"), let colon = text.lastIndex(of: ":") else { return text }
        return String(text[text.index(after: colon)...])
    }
}
