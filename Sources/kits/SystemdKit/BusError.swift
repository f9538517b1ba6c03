import CSystemd
import Glibc

/// A call over D-Bus that failed.
public struct BusError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The error's name on the bus: `org.freedesktop.DBus.Error.AccessDenied`. Failures on this side have one too, made
    /// of the `errno`: `System.Error.ENOENT`.
    public let name: String
    /// The other side's reason, in its words.
    public let reason: String
    /// What was to be done: "call StartUnit of org.freedesktop.systemd1".
    public let operation: String

    public init(name: String, reason: String, operation: String) {
        self.name = name
        self.reason = reason
        self.operation = operation
    }

    public var description: String { "cannot \(operation): \(reason)" }

    /// A failure on this side.
    init(code: CInt, _ operation: String) {
        let code = abs(code)
        name = "System.Error." + (Self.errnoNames[code] ?? "\(code)")
        reason = String(cString: strerror(code))
        self.operation = operation
    }

    /// Policy or an authorization that nobody was asked for forbids it.
    public var isAccessDenied: Bool {
        [
            "org.freedesktop.DBus.Error.AccessDenied", "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
            "org.freedesktop.DBus.Error.AuthFailed", "System.Error.EACCES", "System.Error.EPERM",
        ].contains(name)
    }

    /// There is no bus, or it went away.
    public var isDisconnected: Bool {
        [
            "System.Error.ENOENT", "System.Error.ECONNREFUSED", "System.Error.ENOMEDIUM", "System.Error.ENOTCONN",
            "System.Error.ECONNRESET", "System.Error.EPIPE", "org.freedesktop.DBus.Error.NoServer",
            "org.freedesktop.DBus.Error.Disconnected",
        ].contains(name)
    }

    /// systemd knows no such unit, or has not loaded it.
    public var isNoSuchUnit: Bool {
        ["org.freedesktop.systemd1.NoSuchUnit", "org.freedesktop.DBus.Error.FileNotFound", "System.Error.ENOENT"]
            .contains(name)
    }

    private static let errnoNames: [CInt: String] = [
        EACCES: "EACCES", EPERM: "EPERM", ENOENT: "ENOENT", ECONNREFUSED: "ECONNREFUSED", ENOMEDIUM: "ENOMEDIUM",
        ENOTCONN: "ENOTCONN", ECONNRESET: "ECONNRESET", EPIPE: "EPIPE", EINVAL: "EINVAL", ETIMEDOUT: "ETIMEDOUT",
    ]
}
