import Glibc

/// A failed file operation: what was tried, on which path, and the system's reason.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The `errno` value, such as `ENOENT`, `EACCES`, `ENOSPC`.
    public let code: CInt
    /// A verb for the message: `open`, `write`, …
    public let operation: String
    public let path: String

    public init(code: CInt, operation: String, path: String) {
        self.code = code
        self.operation = operation
        self.path = path
    }

    /// `cannot open /some/path: Permission denied`
    public var description: String { "cannot \(operation) \(path): \(String(cString: strerror(code)))" }
}

/// Runs a system call, again when a signal interrupted it, and turns -1 into an error.
@discardableResult
func retrying<Result: SignedInteger>(
    _ operation: @autoclosure () -> String, _ path: @autoclosure () -> String, _ call: () -> Result
) throws(FileError) -> Result {
    while true {
        let result = call()
        if result != -1 { return result }
        let code = errno
        if code != EINTR { throw FileError(code: code, operation: operation(), path: path()) }
    }
}
