import EventLoop
import Glibc

/// The service manager that started this process, by the protocol of sd_notify(3).
///
/// Speaks the protocol itself, as libsystemd's function finds the socket in the environment only. Without a supervisor every
/// message is dropped, so that a daemon runs the same from a shell.
public struct Supervisor: Sendable {
    /// The path of its socket, or an abstract name that begins with `@`; nil without a supervisor.
    public let socketPath: String?
    /// The longest time between two calls of `watchdog()`; nil when nobody waits for them. Call about twice as often.
    public let watchdogInterval: Duration?

    public init(socketPath: String?, watchdogInterval: Duration? = nil) {
        self.socketPath = socketPath
        self.watchdogInterval = watchdogInterval
    }

    /// From `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` of an environment.
    ///
    /// A watchdog that is meant for another process is none.
    ///
    /// - Parameter processID: nil for this process.
    public init(environment: [String: String], processID: Int32? = nil) {
        let owner = environment["WATCHDOG_PID"]
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        let isOurs = owner == nil || owner.flatMap { Int32($0) } == processID ?? getpid()
        self.init(
            socketPath: environment["NOTIFY_SOCKET"].flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil },
            watchdogInterval: isOurs && microseconds > 0 ? .microseconds(microseconds) : nil)
    }

    /// The supervisor of this process.
    public static func ofThisProcess() -> Supervisor {
        var environment: [String: String] = [:]
        for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] {
            environment[name] = getenv(name).map { String(cString: $0) }
        }
        return Supervisor(environment: environment)
    }

    /// The service has started, or has finished reloading.
    /// - Parameter status: as in `status(_:)`.
    public func ready(status: String? = nil) throws(SystemdError) {
        try notify(["READY=1"] + (status.map { [Self.statusLine($0)] } ?? []))
    }

    /// What the service is doing, for `systemctl status`: one line.
    public func status(_ text: String) throws(SystemdError) { try notify([Self.statusLine(text)]) }

    /// The service has begun to stop.
    public func stopping(status: String? = nil) throws(SystemdError) {
        try notify(["STOPPING=1"] + (status.map { [Self.statusLine($0)] } ?? []))
    }

    /// The service has begun to read its settings anew; `ready()` ends it.
    public func reloading() throws(SystemdError) {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        try notify(["RELOADING=1", "MONOTONIC_USEC=\(now.tv_sec * 1_000_000 + now.tv_nsec / 1000)"])
    }

    /// The service is alive.
    public func watchdog() throws(SystemdError) { try notify(["WATCHDOG=1"]) }

    /// The service asks for more time to start, stop or reload.
    public func extendTimeout(by duration: Duration) throws(SystemdError) {
        let (seconds, attoseconds) = duration.components
        try notify(["EXTEND_TIMEOUT_USEC=\(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)"])
    }

    private static func statusLine(_ text: String) -> String {
        "STATUS=" + text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// One datagram; assignments are separated by newlines.
    private func notify(_ assignments: [String]) throws(SystemdError) {
        guard let socketPath else { return }
        let message = Array(assignments.joined(separator: "\n").utf8)
        let code = Self.send(message, to: socketPath)
        if code != 0 { throw SystemdError(code: code, operation: "tell the supervisor by \(socketPath)") }
    }

    /// - Returns: an `errno`, 0 for success.
    private static func send(_ message: [UInt8], to path: String) -> CInt {
        guard let address = UnixAddress(path) else { return ENAMETOOLONG }
        let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        return address.withPointer { pointer, length in
            while true {
                let sent = sendto(descriptor, message, message.count, CInt(MSG_NOSIGNAL), pointer, length)
                if sent >= 0 { return 0 }
                if errno != EINTR { return errno }
            }
        }
    }
}
