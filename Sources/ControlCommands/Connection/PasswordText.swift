import FileKit

/// A password in a file: its first line.
enum PasswordText {
    private static let sizeLimit = 4096

    /// Blocks.
    static func read(file path: String) throws(ControlError) -> String {
        let bytes: [UInt8]
        do { bytes = try File.read(path, limit: sizeLimit) } catch { throw ControlError(.input, "\(error).") }
        return try firstLine(of: bytes, in: path)
    }

    /// - Parameter name: of what `bytes` came from, for messages.
    static func firstLine(of bytes: [UInt8], in name: String) throws(ControlError) -> String {
        var line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard let text = String(validating: line, as: UTF8.self) else {
            throw ControlError(.input, "the password in \(name) is not UTF-8.")
        }
        return text
    }
}
