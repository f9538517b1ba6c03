import CommandLineKit

/// Why a command ends without success.
struct CommandFailure: Error, CustomStringConvertible, ExitCodeProviding {
    let exitCode: ExitCode
    /// The thing, the reason and the remedy.
    let description: String

    init(_ exitCode: ExitCode, _ description: String) {
        self.exitCode = exitCode
        self.description = description
    }
}

extension ExitCode {
    /// EX_DATAERR of sysexits.h.
    static let dataError = ExitCode(rawValue: 65)
    /// EX_UNAVAILABLE.
    static let unavailable = ExitCode(rawValue: 69)
}
