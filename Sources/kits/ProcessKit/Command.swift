import Glibc

/// A program to start, and what it is to find.
///
/// Every program gets a session, and with it a process group, of its own; no descriptor but 0, 1 and 2; default signal
/// dispositions and no blocked signal.
public struct Command: Sendable {
    /// With a slash: the file itself, a relative path being taken from `directory`. Without: looked up in the PATH of
    /// `environment`.
    public var path: String
    /// What follows the program's name.
    public var arguments: [String]
    /// All of it: nothing is inherited.
    public var environment: [String: String]
    /// The working directory; nil: the parent's.
    public var directory: String?
    public var stdin: Input = .null
    public var stdout: Output = .null
    public var stderr: ErrorOutput = .null
    public var limits = ResourceLimits()
    /// A value unique to this run, put into the environment as `cookieVariable`. By it descendants are found that have
    /// left the session.
    public var cookie: String?
    /// Whether the program is killed when the event loop of its supervisor ends, with the parent at the latest.
    public var diesWithParent = true
    /// Whether the program begins only when `RunningProcess.release` is called, so that its process can be put somewhere
    /// before.
    public var isHeld = false
    /// The longest line, in bytes, that a `LineReader` of this program accepts.
    public var lineLimit = 16 << 20

    /// The environment variable that carries `cookie`.
    public static let cookieVariable = "FOQUS_ATTEMPT_ID"

    public init(
        _ path: String, _ arguments: [String] = [], environment: [String: String] = [:], directory: String? = nil
    ) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
    }

    /// The program's file, looked up in the PATH of the environment; a relative path in the working directory.
    /// - Throws: when there is none that can be executed.
    public func foundProgram() throws(SpawnError) -> String {
        let found = try ProgramLookup.resolve(path, path: environment["PATH"])
        guard found.contains("/") else { throw SpawnError(.program, path, ENOENT) }
        let file = found.hasPrefix("/") ? found : (directory ?? ".") + "/" + found
        guard access(file, X_OK) == 0 else { throw SpawnError(.program, found, errno) }
        return found
    }

    public enum Input: Sendable, Hashable {
        /// Ends at once.
        case null
        case file(_ path: String)
        /// Written by `RunningProcess.input`.
        case pipe
    }

    public enum Output: Sendable, Hashable {
        /// Thrown away.
        case null
        /// Where the parent's goes.
        case inherit
        /// Replaces the file. Without a limit the program writes to the file itself, at no cost to the parent. With
        /// one, it writes to a pipe; what exceeds `limit` bytes is thrown away, and a line at the end says so.
        case file(_ path: String, limit: Int? = nil)
        /// The first `limit` bytes are returned with the result; the rest is thrown away.
        case capture(limit: Int)
        /// Read by `RunningProcess.lines` or `errorLines`. The program waits when nobody reads.
        case pipe
    }

    /// Where standard error goes.
    public enum ErrorOutput: Sendable, Hashable {
        case sameAsStdout
        case separate(Output)

        public static var null: Self { .separate(.null) }
        public static var inherit: Self { .separate(.inherit) }
        public static var pipe: Self { .separate(.pipe) }
        public static func file(_ path: String, limit: Int? = nil) -> Self { .separate(.file(path, limit: limit)) }
        public static func capture(limit: Int) -> Self { .separate(.capture(limit: limit)) }
    }
}
