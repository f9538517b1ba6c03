/// Where a command reads and writes; tests bring their own.
public protocol Console: Sendable {
    /// Columns of the terminal that standard output is; nil when it is none.
    var outputWidth: Int? { get }
    /// Columns of the terminal that standard error is; nil when it is none.
    var messageWidth: Int? { get }

    /// Writes results to standard output.
    func write(_ bytes: [UInt8]) throws(ControlError)
    /// Writes to standard error. Never fails: there is nobody to tell.
    func message(_ text: String)
    /// Asks on the terminal without showing what is typed. Throws when there is no terminal.
    func password(prompt: String) throws(ControlError) -> String
    /// All of standard input, up to `limit` bytes.
    func input(limit: Int) throws(ControlError) -> [UInt8]
}

extension Console {
    func write(_ text: String) throws(ControlError) { try write(Array(text.utf8)) }

    /// A line on standard error.
    func say(_ line: String) { message(line + "\n") }
}
