/// Why bytes are not JSON, and where.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: Sendable, Equatable {
        /// The input ends inside a value.
        case unexpectedEnd
        /// A byte that cannot stand here.
        case unexpectedByte
        /// More than white space after the value.
        case trailingBytes
        /// A number outside the grammar, such as `01` or `1.`.
        case invalidNumber
        /// A number that no double can hold, such as `1e999`.
        case numberOutOfRange
        /// A control character or an unknown escape in a string.
        case invalidString
        /// Half of a surrogate pair in an escape.
        case loneSurrogate
        case invalidUTF8
        /// Arrays and objects nested deeper than the limit.
        case tooDeep
    }

    public let code: Code
    /// What is wrong, without the place.
    public let message: String
    /// Of the offending byte, from 0.
    public let offset: Int
    /// From 1.
    public let line: Int
    /// From 1, in Unicode scalars.
    public let column: Int

    public var description: String { "line \(line), column \(column): \(message)" }
}

extension JSONError {
    /// Places an error found at `offset` of `bytes`.
    init(_ code: Code, _ message: String, offset: Int, in bytes: UnsafeBufferPointer<UInt8>) {
        var line = 1
        var lineStart = 0
        for index in 0..<offset where bytes[index] == UInt8(ascii: "\n") {
            line += 1
            lineStart = index + 1
        }
        let isScalarStart = { (byte: UInt8) in byte & 0xC0 != 0x80 }
        self.code = code
        self.message = message
        self.offset = offset
        self.line = line
        column = 1 + bytes[lineStart..<offset].count(where: isScalarStart)
    }

    /// The same error in a text in which `lines` lines and `bytes` bytes come before.
    func moved(lines: Int, bytes: Int) -> JSONError {
        JSONError(
            code: code, message: message, offset: offset + bytes, line: line + lines, column: column)
    }
}
