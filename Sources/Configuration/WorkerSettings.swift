public import FOQUSModel
import Settings

/// `[worker]`: what it takes on and how it treats it.
public struct WorkerSettings: Sendable {
    public let users: UserFilter
    public let slots: Int
    public let stateDirectory: String
    public let lease: Duration
    public let longPoll: Duration
    public let limits: JobLimits
    public let isolation: Isolation
    public let sandbox: Sandbox
    public let drainTimeout: Duration
    public let keepalive: Duration
    /// Zero: no job is fetched before there is a slot for it.
    public let fetchAhead: Duration
    public let cancelPoll: Duration
    public let retryDelay: Duration
    /// Bytes.
    public let cacheSize: Int
    /// Bytes.
    public let outputLimit: Int
    public let instance: String
    public let log: LogSettings

    /// How jobs are kept apart.
    public enum Isolation: String, Sendable, CaseIterable {
        /// By control groups where that is possible.
        case auto
        /// By control groups, or not at all: jobs wait for a worker that can.
        case scope
        /// By process groups and resource limits.
        case none
    }

    /// Whether jobs run in a sandbox.
    public enum Sandbox: String, Sendable, CaseIterable {
        /// Where one works, in a service of systemd's.
        case auto
        case yes, no
    }

    let problems: [SettingsError.Problem]
    /// The most bytes of an output in a notification by SNS, which has 256 KiB in all.
    private static let topicLimit = 240 << 10

    init(_ reader: SettingsReader, machine: Machine, backend: StoreSettings.Backend) {
        var problems: [SettingsError.Problem] = []
        let section = "worker"
        let names = reader.list(section, "users", default: ["*"])
        if backend == .aws && !reader.isSet(section, "users") {
            // The queue of a deployment serves one user, and a job of another one is told that it failed.
            problems.append(
                SettingsError.Problem(
                    code: .missing,
                    description: "[worker] users is not set: backend = aws needs it, here, in the environment as "
                        + "FOQUS_WORKER_USERS, or as the instance's tag FOQUS-User; * stands for all users"))
        }
        if names == ["*"] {
            users = .all
        } else {
            var users: Set<UserName> = []
            for name in names {
                do { users.insert(try UserName(name)) } catch {
                    problems.append(
                        SettingsError.Problem(code: .badValue, description: "[worker] users = \"\(name)\": \(error)"))
                }
            }
            if users.isEmpty && problems.isEmpty {
                problems.append(
                    SettingsError.Problem(
                        code: .badValue, description: "[worker] users: expected user names, or * for all"))
            }
            self.users = .users(users)
        }
        slots = reader.int(section, "slots", default: machine.cores, range: 1...1024)
        stateDirectory = reader.path(section, "state_directory", default: "/var/lib/foqus-worker")
        lease = reader.duration(
            section, "lease", default: .seconds(60), range: .seconds(1)...(.seconds(43_200)))
        longPoll = reader.duration(section, "long_poll", default: .seconds(20), range: .seconds(1)...(.seconds(20)))
        limits = JobLimits(reader, section: section)
        isolation = reader.choice(section, "isolation", default: .auto)
        sandbox = reader.choice(section, "sandbox", default: .auto)
        drainTimeout = reader.duration(section, "drain_timeout", default: .seconds(90))
        keepalive = reader.duration(
            section, "keepalive", default: .seconds(backend == .aws ? 300 : 60), range: .seconds(1)...(.seconds(3600)))
        cancelPoll = reader.duration(
            section, "cancel_poll", default: .seconds(1), range: .milliseconds(50)...(.seconds(60)))
        fetchAhead = reader.duration(
            section, "fetch_ahead", default: .milliseconds(250), range: .zero...(.seconds(60)))
        retryDelay = reader.duration(section, "retry_delay", default: .seconds(2))
        cacheSize = reader.byteSize(section, "cache_size", default: 1 << 30)
        outputLimit = reader.byteSize(section, "output_limit", default: Self.topicLimit, range: 1024...(64 << 20))
        if backend == .aws && outputLimit > Self.topicLimit {
            problems.append(
                SettingsError.Problem(
                    code: .badValue,
                    description: "[worker] output_limit: with backend = aws at most 240KiB, as SNS takes no larger "
                        + "notification; larger outputs go by reference"))
        }
        instance = reader.string(section, "instance", default: machine.hostName)
        log = LogSettings(reader, section: section)
        self.problems = problems
    }
}
