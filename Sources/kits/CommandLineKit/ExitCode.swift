/// How a program ends.
public struct ExitCode: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let success = ExitCode(rawValue: 0)
    public static let failure = ExitCode(rawValue: 1)
    /// The command line made no sense.
    public static let usage = ExitCode(rawValue: 2)
    /// Nobody reads the output any more; what a shell reports for a program ended by SIGPIPE.
    public static let brokenPipe = ExitCode(rawValue: 141)
}

/// An error that ends the program with a certain status instead of 1.
public protocol ExitCodeProviding: Error {
    var exitCode: ExitCode { get }
}

/// A command line that makes no sense, in words for the user.
public struct CommandLineError: Error, Sendable, Hashable, CustomStringConvertible, ExitCodeProviding {
    public let description: String

    public init(_ description: String) { self.description = description }

    public var exitCode: ExitCode { .usage }
}
