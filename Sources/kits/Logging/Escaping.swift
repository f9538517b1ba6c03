/// Keeps an entry on one line and a terminal out of harm's way.
enum Escaping {
    /// Control characters (a forged line break, a terminal's escape sequence) leave as `\n`, `\t`, `\r` or `\xHH`.
    static func appendControlsEscaped(_ text: String, to line: inout String) {
        for scalar in text.unicodeScalars { append(scalar, to: &line) }
    }

    /// Bare when the value is plain, else in double quotes with `"` and `\` escaped.
    static func appendQuotedIfNeeded(_ text: String, to line: inout String) {
        guard text.isEmpty || text.unicodeScalars.contains(where: needsQuotes) else {
            line += text
            return
        }
        line += "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { line += "\\" }
            append(scalar, to: &line)
        }
        line += "\""
    }

    /// A key that would break `key=value` apart has the offending characters replaced by `_`.
    static func appendKey(_ key: String, to line: inout String) {
        for scalar in key.unicodeScalars { line.unicodeScalars.append(needsQuotes(scalar) ? "_" : scalar) }
    }

    /// A JSON string (RFC 8259, section 7), quotes included.
    static func appendJSON(_ text: String, to line: inout String) {
        line += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": line += "\\\""
            case "\\": line += "\\\\"
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            case "\t": line += "\\t"
            case _ where isControl(scalar): line += "\\u00" + hex(scalar)
            default: line.unicodeScalars.append(scalar)
            }
        }
        line += "\""
    }

    private static func append(_ scalar: Unicode.Scalar, to line: inout String) {
        switch scalar {
        case "\n": line += "\\n"
        case "\r": line += "\\r"
        case "\t": line += "\\t"
        case "\u{2028}", "\u{2029}": line += " "
        case _ where isControl(scalar): line += "\\x" + hex(scalar)
        default: line.unicodeScalars.append(scalar)
        }
    }

    /// C0, DEL and C1.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
    }

    private static func needsQuotes(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "\"", "\\", "=", "\u{2028}", "\u{2029}": true
        default: isControl(scalar)
        }
    }

    private static func hex(_ scalar: Unicode.Scalar) -> String {
        (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
    }
}
