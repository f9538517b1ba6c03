/// A place in a file that a user wrote, for messages: `inputs.csv, line 3, column 12`.
struct SourcePlace: Sendable, Hashable, CustomStringConvertible {
    let file: String
    /// From 1.
    let line: Int
    /// From 1, in characters of the text (Unicode scalars).
    let column: Int

    var description: String { "\(file), line \(line), column \(column)" }

    func error(_ reason: String) -> ControlError { ControlError(.input, "\(self): \(reason)") }
}

extension SourcePlace {
    /// The place of the byte at `offset` of `bytes`.
    init(file: String, offset: Int, in bytes: some RandomAccessCollection<UInt8>) {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.init(file: file, line: line, column: column)
    }
}
