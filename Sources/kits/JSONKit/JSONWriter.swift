extension JSON {
    /// The value as RFC 8259 JSON in UTF-8.
    ///
    /// Doubles are written with the fewest digits that read back as the same double, whole ones as `1.0`. Non-finite
    /// ones, which JSON lacks, leave as the strings `"NaN"`, `"Infinity"`, `"-Infinity"`.
    /// - Parameter pretty: one member or element a line, indented by two spaces, no line feed at the end.
    public func serialized(pretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(pretty: pretty)
        writer.write(self)
        return writer.bytes.withContent { Array($0) }
    }

    /// Appends the value to `bytes` as ``serialized(pretty:)`` writes it.
    public func write(to bytes: inout [UInt8], pretty: Bool = false) {
        var writer = JSONWriter(pretty: pretty)
        writer.write(self)
        writer.bytes.withContent { bytes.append(contentsOf: $0) }
    }

    /// The value as JSON text, see ``serialized(pretty:)``.
    public func text(pretty: Bool = false) -> String {
        String(decoding: serialized(pretty: pretty), as: UTF8.self)
    }
}

private struct JSONWriter: ~Copyable {
    var bytes = ByteBuffer()
    private let pretty: Bool
    private var depth = 0

    init(pretty: Bool) {
        self.pretty = pretty
    }

    mutating func write(_ value: JSON) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .int(let value): append(value)
        case .number(let value): append(value)
        case .string(let value): append(string: value)
        case .array(let items): append(array: items)
        case .object(let members): append(object: members)
        }
    }

    private mutating func append(array items: [JSON]) {
        if items.isEmpty { return append("[]") }
        bytes.append(UInt8(ascii: "["))
        depth += 1
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            breakLine()
            write(item)
        }
        depth -= 1
        breakLine()
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func append(object members: JSONObject) {
        if members.isEmpty { return append("{}") }
        bytes.append(UInt8(ascii: "{"))
        depth += 1
        for (index, member) in members.members.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            breakLine()
            append(string: member.key)
            append(pretty ? ": " : ":")
            write(member.value)
        }
        depth -= 1
        breakLine()
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func breakLine() {
        guard pretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        for _ in 0..<depth { append("  ") }
    }

    private mutating func append(_ literal: StaticString) {
        bytes.append(UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    private mutating func append(_ value: Int64) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var start = 20
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            bytes.append(UnsafeBufferPointer(rebasing: digits[start...]))
        }
    }

    private mutating func append(_ value: Double) {
        if value.isFinite {
            var digits = value.description
            digits.withUTF8 { bytes.append($0) }
        } else {
            append(value.isNaN ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"")
        }
    }

    private mutating func append(string: String) {
        var string = string
        bytes.append(UInt8(ascii: "\""))
        string.withUTF8 { utf8 in
            guard let start = utf8.baseAddress else { return }
            var at = 0
            while true {
                let run = plainPrefix(start + at, utf8.count - at)
                bytes.append(UnsafeBufferPointer(start: start + at, count: run))
                at += run
                if at == utf8.count { break }
                appendEscape(of: utf8[at])
                at += 1
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscape(of byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case 0x08: append("\\b")
        case 0x09: append("\\t")
        case 0x0A: append("\\n")
        case 0x0C: append("\\f")
        case 0x0D: append("\\r")
        default:
            append(byte < 0x10 ? "\\u000" : "\\u001")
            bytes.append(UInt8(ascii: byte & 15 < 10 ? "0" : "W") + (byte & 15))
        }
    }
}
