/// A decimal number followed by a unit.
private func split(_ text: String) -> (number: Double, unit: Substring)? {
    let digits = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    guard digits.first != ".", digits.last != ".", let number = Double(digits) else { return nil }
    return (number, text[digits.endIndex...].trimmingSpace())
}

/// Durations as people write them.
enum DurationText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("min", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// Reads whole milliseconds, up to a thousand years.
    static func read(_ text: String) -> Duration? {
        guard let (number, unit) = split(text) else { return nil }
        guard let unit = units.first(where: { $0.name == (unit.isEmpty ? "s" : unit) }) else { return nil }
        let milliseconds = (number * Double(unit.milliseconds)).rounded()
        guard milliseconds <= 1000 * 366 * 86_400_000 else { return nil }
        return .milliseconds(Int64(milliseconds))
    }

    /// With the greatest unit that leaves a whole number.
    static func write(_ duration: Duration) -> String {
        let milliseconds = Int64((duration / .milliseconds(1)).rounded())
        if milliseconds == 0 { return "0s" }
        let unit = units.filter { $0.name != "min" }.last { milliseconds % $0.milliseconds == 0 } ?? units[0]
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }
}

/// Sizes in bytes as people write them.
enum ByteSizeText {
    private static let units: [(name: String, bytes: Int)] = [
        ("b", 1), ("kb", 1000), ("mb", 1_000_000), ("gb", 1_000_000_000), ("tb", 1_000_000_000_000), ("k", 1 << 10),
        ("m", 1 << 20), ("g", 1 << 30), ("t", 1 << 40), ("kib", 1 << 10), ("mib", 1 << 20), ("gib", 1 << 30),
        ("tib", 1 << 40),
    ]

    static func read(_ text: String) -> Int? {
        guard let (number, unit) = split(text) else { return nil }
        let name = unit.isEmpty ? "b" : unit.lowercased()
        guard let unit = units.first(where: { $0.name == name }) else { return nil }
        // Whole numbers keep every digit.
        if let whole = Int(exactly: number) {
            let (bytes, overflows) = whole.multipliedReportingOverflow(by: unit.bytes)
            return overflows ? nil : bytes
        }
        return Int(exactly: (number * Double(unit.bytes)).rounded())
    }

    /// With the greatest binary unit that leaves a whole number.
    static func write(_ bytes: Int) -> String {
        for (unit, size) in [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        where bytes != 0 && bytes % size == 0 {
            return "\(bytes / size)\(unit)"
        }
        return "\(bytes)B"
    }
}

extension StringProtocol {
    /// Without white space at either end.
    func trimmingSpace() -> SubSequence {
        let start = drop { $0.isWhitespace }
        let end = start.lastIndex { !$0.isWhitespace }
        return end.map { start[...$0] } ?? start.prefix(0)
    }
}
