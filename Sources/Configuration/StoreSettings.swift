public import EmbeddedStores
import Settings

/// `[store]`: where jobs, files and users are kept.
public struct StoreSettings: Sendable {
    /// The kind of store.
    public enum Backend: String, Sendable, CaseIterable {
        /// SQLite and a directory of this machine.
        case embedded
        /// SQS, SNS, S3 and DynamoDB, as `[aws]` says.
        case aws
    }

    public let backend: Backend
    public let directory: String
    public let maxReceives: Int
    public let notificationRetention: Int
    let problems: [SettingsError.Problem] = []

    init(_ reader: SettingsReader) {
        backend = reader.choice("store", "backend", default: .embedded)
        directory = reader.path("store", "directory", default: "/var/lib/foqus")
        maxReceives = reader.int("store", "max_receives", default: 5, range: 1...1000)
        notificationRetention = reader.int(
            "store", "notification_retention", default: 100_000, range: 0...100_000_000)
    }

    /// The directory of the embedded store, for programs that serve no other. Throws when the settings name another.
    public func embeddedDirectory(for program: String) throws(ConfigurationError) -> String {
        guard backend == .embedded else {
            throw ConfigurationError(
                "\(program) serves the embedded store only, but [store] backend = \(backend.rawValue): in a cloud on AWS "
                    + "the deployed services do its work")
        }
        return directory
    }

    /// How a program of this role opens the embedded store.
    public func options(role: EmbeddedOptions.Role) -> EmbeddedOptions {
        EmbeddedOptions(role: role, maxReceives: maxReceives, notificationRetention: notificationRetention)
    }
}
