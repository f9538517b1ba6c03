/// Turns what programs print into a message for people.
enum LogText {
    /// The last lines with something in them, on one line, joined by ` | `.
    ///
    /// - Parameters:
    ///   - lines: the most lines.
    ///   - limit: the most characters; the beginning is cut.
    static func tail(_ bytes: some BidirectionalCollection<UInt8>, lines: Int = 5, limit: Int = 1000) -> String {
        var found: [String] = []
        // Four bytes a character at most, and as much again for lines that are blank.
        let rest = bytes.suffix(limit * 8)
        for line in rest.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).reversed() {
            let text = printable(String(decoding: line, as: UTF8.self))
            if text.isEmpty { continue }
            found.append(text)
            if found.count == lines { break }
        }
        let joined = found.reversed().joined(separator: " | ")
        return joined.count <= limit ? joined : "…" + joined.suffix(limit - 1)
    }

    /// Without terminal escapes and control characters, and without white space at the ends.
    private static func printable(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        var inEscape = false
        for scalar in text.unicodeScalars {
            if inEscape {
                // ESC [ parameters letter: the letter ends it.
                if (0x40...0x7E).contains(scalar.value), scalar != "[" { inEscape = false }
            } else if scalar.value == 0x1B {
                inEscape = true
            } else if scalar == "\t" {
                scalars.append(" ")
            } else if scalar.value >= 0x20, !(0x7F...0x9F).contains(scalar.value) {
                scalars.append(scalar)
            }
        }
        while scalars.last == " " { scalars.removeLast() }
        return String(String.UnicodeScalarView(scalars.drop { $0 == " " }))
    }
}
