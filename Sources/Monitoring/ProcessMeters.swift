import FileKit
import Glibc
public import MetricsKit

/// What the kernel counts for this process, by the names that every Prometheus client library uses.
///
/// Reading it blocks a little: on a thread for that only.
public struct ProcessMeters: Sendable {
    private let cpu: Counter
    private let resident: Gauge
    private let virtual: Gauge
    private let open: Gauge
    private let most: Gauge
    private let started: Gauge

    public init(_ registry: MetricRegistry) {
        cpu = registry.counter("process_cpu_seconds", "Processor time, user and system.", unit: .seconds).only
        resident = registry.gauge("process_resident_memory_bytes", "Resident memory.", unit: .bytes).only
        virtual = registry.gauge("process_virtual_memory_bytes", "Virtual memory.", unit: .bytes).only
        open = registry.gauge("process_open_fds", "Open file descriptors.").only
        most = registry.gauge("process_max_fds", "Most file descriptors that may be open.").only
        started =
            registry.gauge(
                "process_start_time_seconds", "When the process started, since 1970.", unit: .seconds
            ).only
    }

    /// Reads the kernel's numbers anew. What cannot be read stays as it was.
    public func refresh() {
        if let fields = Self.statistics() {
            let ticks = Double(sysconf(CInt(_SC_CLK_TCK)))
            let page = Double(sysconf(CInt(_SC_PAGESIZE)))
            // proc(5), counted from the third field: 14 utime, 15 stime, 22 starttime, 23 vsize, 24 rss.
            if let user = fields[14], let system = fields[15] { cpu.reach((user + system) / ticks) }
            if let pages = fields[24] { resident.set(pages * page) }
            if let size = fields[23] { virtual.set(size) }
            if let start = fields[22], let boot = Self.bootTime() { started.set(boot + start / ticks) }
        }
        // The listing's own descriptor is one of them.
        if let count = try? Directory.list("/proc/self/fd").count { open.set(max(0, count - 1)) }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0 {
            most.set(limit.rlim_cur == .max ? .infinity : Double(limit.rlim_cur))
        }
    }

    /// The fields of /proc/self/stat by their numbers in proc(5).
    private static func statistics() -> [Int: Double]? {
        guard let bytes = try? File.read("/proc/self/stat", limit: 4096) else { return nil }
        // The second is the name in parentheses, which may hold anything.
        guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        var fields: [Int: Double] = [:]
        for (index, text) in String(decoding: bytes[(end + 1)...], as: UTF8.self).split(separator: " ").enumerated() {
            fields[index + 3] = Double(text)
        }
        return fields
    }

    /// Seconds since 1970.
    private static func bootTime() -> Double? {
        var now = timespec()
        var up = timespec()
        guard clock_gettime(CLOCK_REALTIME, &now) == 0, clock_gettime(CLOCK_BOOTTIME, &up) == 0 else { return nil }
        return Double(now.tv_sec - up.tv_sec) + Double(now.tv_nsec - up.tv_nsec) / 1e9
    }
}
