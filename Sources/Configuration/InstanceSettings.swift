import JSONKit
public import Settings

/// What an instance of a deployed FOQUS cloud says of itself, by the names of its tags and of its user data
/// (cloud-protocol 2.1).
public enum InstanceSettings {
    private static let names: [(tag: String, section: String, key: String)] = [
        ("FOQUS-User", "worker", "users"), ("FOQUS-Job-Queue-Url", "aws", "job_queue_url"),
        ("FOQUS-Update-Topic-Arn", "aws", "update_topic"), ("FOQUS-Message-Topic-Arn", "aws", "message_topic"),
        ("FOQUS-Alert-Topic-Arn", "aws", "alert_topic"), ("FOQUS-Simulation-Bucket-Name", "aws", "simulation_bucket"),
        ("FOQUS-Session-Bucket-Name", "aws", "session_bucket"), ("FOQUS-DynamoDB-Table", "aws", "table"),
    ]

    /// The members of the user data that are texts; none when it is no JSON object, but a script for instance.
    public static func texts(inUserData bytes: [UInt8]) -> [String: String] {
        guard let members = (try? JSON.parse(bytes))?.objectValue else { return [:] }
        var texts: [String: String] = [:]
        for (name, value) in members { texts[name] = value.stringValue }
        return texts
    }

    /// The settings that tags and user data stand for, tags first: what comes later wins. Other names are passed over.
    ///
    /// - Parameters:
    ///   - tags: the instance's tags.
    ///   - userData: the members of the user data that are texts.
    ///   - instance: the instance's id.
    ///   - region: where the instance is.
    public static func settings(
        tags: [String: String], userData: [String: String], instance: String?, region: String?
    ) -> [Setting] {
        var settings: [Setting] = []
        if let instance {
            settings.append(
                Setting(section: "worker", key: "instance", value: instance, origin: .machine(what: "instance id")))
        }
        if let region {
            settings.append(
                Setting(section: "aws", key: "region", value: region, origin: .machine(what: "instance's region")))
        }
        for (values, source) in [(tags, "instance tag"), (userData, "user data")] {
            for (name, section, key) in names {
                guard let value = values[name], !value.isEmpty else { continue }
                settings.append(
                    Setting(section: section, key: key, value: value, origin: .machine(what: "\(source) \(name)")))
            }
        }
        return settings
    }
}
