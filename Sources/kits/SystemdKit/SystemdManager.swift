public import EventLoop
import Glibc

/// A systemd manager: the system's, or the user's (org.freedesktop.systemd1(5)).
///
/// Jobs are awaited by the signal of their removal, which is asked for before any is queued, so none is missed and nothing
/// is polled.
public final class SystemdManager: Sendable {
    public enum Scope: Sendable, Hashable {
        case system
        case user
    }

    static let destination = "org.freedesktop.systemd1"
    static let path = "/org/freedesktop/systemd1"
    static let interface = "org.freedesktop.systemd1.Manager"

    public let scope: Scope
    public let connection: BusConnection
    private let jobs: UnitJobs
    private let subscription: BusSubscription

    private init(
        scope: Scope, connection: BusConnection, jobs: UnitJobs, subscription: BusSubscription
    ) {
        self.scope = scope
        self.connection = connection
        self.jobs = jobs
        self.subscription = subscription
    }

    /// Connects to a manager: by its own socket where this user may, so that no bus need run, else by the bus.
    public static func connect(_ scope: Scope, loop: EventLoop) async throws(BusError) -> SystemdManager {
        var failure: BusError?
        for address in addresses(scope) {
            do throws(BusError) {
                return try await connect(scope, at: address, loop: loop)
            } catch {
                guard error.isDisconnected || error.isAccessDenied else { throw error }
                failure = error
            }
        }
        throw failure ?? BusError(code: ENOMEDIUM, "connect to systemd")
    }

    /// Connects to a manager at another address than this machine has it.
    public static func connect(
        _ scope: Scope, at address: BusConnection.Address, loop: EventLoop
    ) async throws(BusError) -> SystemdManager {
        let connection = try await BusConnection.open(address, loop: loop)
        let jobs = UnitJobs()
        let match = BusMatch(sender: destination, path: path, interface: interface, member: "JobRemoved")
        let subscription = try await connection.subscribe(
            match, onEnd: { jobs.end() }, handler: { jobs.removed($0) })
        _ = try await connection.call(.init(destination, path, interface, "Subscribe"))
        return SystemdManager(scope: scope, connection: connection, jobs: jobs, subscription: subscription)
    }

    private static func addresses(_ scope: Scope) -> [BusConnection.Address] {
        switch scope {
        case .system: return geteuid() == 0 ? [.peer(path: "/run/systemd/private"), .system] : [.system]
        case .user:
            let directory = getenv("XDG_RUNTIME_DIR").map { String(cString: $0) } ?? "/run/user/\(geteuid())"
            return [.peer(path: directory + "/systemd/private"), .user]
        }
    }

    /// Ends the connection without waiting for it.
    public func close() { connection.close() }

    // MARK: jobs

    /// Starts a unit, in the place of other jobs that are queued for it (org.freedesktop.systemd1(5), mode `replace`).
    public func start(_ unit: String) async throws(BusError) -> UnitJobResult {
        try await job("StartUnit", [.string(unit), .string("replace")])
    }

    /// Stops a unit, in the same way.
    public func stop(_ unit: String) async throws(BusError) -> UnitJobResult {
        try await job("StopUnit", [.string(unit), .string("replace")])
    }

    /// Makes a scope, service or slice that has no file and starts it.
    ///
    ///     try await manager.startTransient("foqus-job-1.scope", properties: [
    ///         ("PIDs", .array(of: "u", [.uint32(pid)])), ("MemoryMax", .uint64(512 << 20)), ("Slice", .string("foqus.slice")),
    ///     ])
    ///
    /// - Parameter properties: by name and with the types that the manager has for them: see `busctl introspect`.
    public func startTransient(
        _ unit: String, properties: [(name: String, value: BusValue)]
    ) async throws(BusError) -> UnitJobResult {
        let auxiliary = BusValue.array(of: "(sa(sv))", [])
        return try await job(
            "StartTransientUnit", [.string(unit), .string("fail"), .properties(properties), auxiliary])
    }

    /// Calls a method that queues a job and waits until the job is over. A task that is cancelled waits no more; the job
    /// goes on.
    public func job(_ method: String, _ arguments: [BusValue]) async throws(BusError) -> UnitJobResult {
        try await jobs.run(method) { () async throws(BusError) in
            try await self.call(method, arguments)
        }
    }

    // MARK: calls

    /// Calls a method of the manager.
    public func call(
        _ method: String, _ arguments: [BusValue] = [], timeout: Duration = .seconds(90)
    ) async throws(BusError) -> [BusValue] {
        try await connection.call(
            .init(Self.destination, Self.path, Self.interface, method, arguments), timeout: timeout)
    }
}
