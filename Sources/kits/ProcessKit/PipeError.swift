import Glibc

/// A pipe to or from a program failed.
public struct PipeError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        /// The program reads no more: it has closed its input or ended.
        case closed
        /// The program wrote a line longer than `Command.lineLimit`; nothing more is read.
        case lineTooLong(limit: Int)
        /// The errno of read(2) or write(2).
        case system(Int32)
    }

    public let code: Code

    public var description: String {
        switch code {
        case .closed: "the program does not read its input any more"
        case .lineTooLong(let limit): "the program wrote a line of more than \(limit) bytes"
        case .system(let number): "the pipe to the program failed: \(String(cString: strerror(number)))"
        }
    }
}
