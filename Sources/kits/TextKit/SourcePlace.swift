/// A place in a file that a user wrote, for messages: `inputs.csv, line 3, column 12`.
public struct SourcePlace: Sendable, Hashable, CustomStringConvertible {
    public let file: String
    /// From 1.
    public let line: Int
    /// From 1, in characters of the text (Unicode scalars).
    public let column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    public var description: String { "\(file), line \(line), column \(column)" }
}

extension SourcePlace {
    /// The place of the byte at `offset` of `bytes`.
    public init(file: String, offset: Int, in bytes: some RandomAccessCollection<UInt8>) {
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
