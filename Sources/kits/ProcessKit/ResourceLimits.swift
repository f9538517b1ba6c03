import CPlatform
import Glibc

/// Limits of one process (setrlimit(2)); its descendants inherit them, each counting for itself. nil: the parent's.
public struct ResourceLimits: Sendable, Hashable {
    /// RLIMIT_AS, bytes.
    public var addressSpace: UInt64?
    /// RLIMIT_CPU: SIGXCPU after these seconds, SIGKILL one second later.
    public var cpuSeconds: UInt64?
    /// RLIMIT_NOFILE.
    public var openFiles: UInt64?
    /// Whether a crash may leave a core file.
    public var allowsCoreFiles: Bool

    public init(
        addressSpace: UInt64? = nil, cpuSeconds: UInt64? = nil, openFiles: UInt64? = nil, allowsCoreFiles: Bool = false
    ) {
        self.addressSpace = addressSpace
        self.cpuSeconds = cpuSeconds
        self.openFiles = openFiles
        self.allowsCoreFiles = allowsCoreFiles
    }

    /// In the form of the C child.
    var settings: [cp_limit] {
        var settings: [cp_limit] = []
        func add(_ resource: __rlimit_resource, _ soft: UInt64, _ hard: UInt64) {
            settings.append(
                cp_limit(
                    resource: CInt(resource.rawValue), value: rlimit(rlim_cur: rlim_t(soft), rlim_max: rlim_t(hard))))
        }
        if !allowsCoreFiles { add(RLIMIT_CORE, 0, 0) }
        if let addressSpace { add(RLIMIT_AS, addressSpace, addressSpace) }
        if let cpuSeconds { add(RLIMIT_CPU, cpuSeconds, cpuSeconds &+ 1) }
        if let openFiles { add(RLIMIT_NOFILE, openFiles, openFiles) }
        return settings
    }
}
