/// Why a command of foqusctl ends without success.
public struct ControlError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: String, Sendable, Hashable {
        /// The command line is wrong; nothing was sent.
        case usage
        /// An input file is wrong; nothing was submitted.
        case input
        /// A file or the terminal of this machine could not be used.
        case local
        /// The settings that say how to reach the gateway are wrong.
        case settings
        /// The gateway could not be reached, or the connection broke.
        case unreachable
        /// The gateway refused the request.
        case refused
        /// Something that was asked for by name is not there.
        case notFound
        /// Jobs ended without success.
        case jobsFailed
        /// The time given with `--timeout` is over.
        case timeout
        /// The user pressed Ctrl-C, or the process was told to end.
        case interrupted
        /// Whoever read standard output has closed it.
        case outputClosed
    }

    public let code: Code
    /// The thing, the reason and the remedy. Empty when everything has been said already.
    public let description: String

    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// 2 when nothing was sent because the user must correct something, 130 after Ctrl-C as shells have it, else 1.
    public var exitStatus: Int32 {
        switch code {
        case .usage, .input: 2
        case .interrupted: 130
        case .local, .settings, .unreachable, .refused, .notFound, .jobsFailed, .timeout, .outputClosed: 1
        }
    }
}
