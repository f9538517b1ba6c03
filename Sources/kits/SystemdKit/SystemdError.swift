import Glibc

/// A call to the supervisor or the journal that failed.
public struct SystemdError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The `errno`.
    public let code: CInt
    /// What was to be done: "tell the supervisor by /run/systemd/notify".
    public let operation: String

    public var description: String { "cannot \(operation): \(String(cString: strerror(code)))" }
}
