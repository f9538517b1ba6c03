extension JSON {
    /// The text with what some readers tolerate beyond RFC 8259 blanked out, byte for byte, so that every offset in it is
    /// an offset of the original: a byte order mark, comments (`//` to the end of the line, `/* … */`), commas before a
    /// closing bracket, and control characters within strings.
    ///
    /// Newtonsoft's reader takes these, and files of programs that use it have them. Errors are left to the parser: a
    /// comment or string without an end stays as it is.
    public static func relaxed(_ text: [UInt8]) -> [UInt8] {
        var relaxing = Relaxing(text)
        relaxing.run()
        return relaxing.bytes
    }
}

private struct Relaxing {
    var bytes: [UInt8]
    private var at = 0
    /// The last comma, while only blanks and comments have followed it.
    private var comma: Int?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { blank(0..<3) }
    }

    mutating func run() {
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""): string()
            case UInt8(ascii: "/"): comment()
            case UInt8(ascii: ","):
                comma = at
                at += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if let comma { bytes[comma] = 0x20 }
                other()
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            default: other()
            }
        }
    }

    private mutating func other() {
        comma = nil
        at += 1
    }

    private mutating func string() {
        let start = at
        at += 1
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") { at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
        if at < bytes.count {
            for index in start..<at where bytes[index] < 0x20 { bytes[index] = 0x20 }
        }
        other()
    }

    private mutating func comment() {
        let next = at + 1 < bytes.count ? bytes[at + 1] : 0
        switch next {
        case UInt8(ascii: "/"):
            let end = bytes[at...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            blank(at..<end)
        case UInt8(ascii: "*"):
            var end = at + 2
            while end + 1 < bytes.count, bytes[end] != UInt8(ascii: "*") || bytes[end + 1] != UInt8(ascii: "/") {
                end += 1
            }
            guard end + 1 < bytes.count else { return other() }
            blank(at..<(end + 2))
        default: other()
        }
    }

    /// Overwrites a part with blanks and goes behind it. Line feeds stay, for the numbers of the lines.
    private mutating func blank(_ range: Range<Int>) {
        for index in range where bytes[index] != UInt8(ascii: "\n") { bytes[index] = 0x20 }
        at = range.upperBound
    }
}
