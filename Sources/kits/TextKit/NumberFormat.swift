import Glibc

/// A conversion of printf(3), such as `%10.4f` or `%-8s`: how a value is written in a file of fixed columns.
public struct NumberFormat: Sendable, Hashable, CustomStringConvertible {
    /// As it was written.
    public let description: String
    private let flags: String
    private let width: Int
    private let precision: Int?
    private let conversion: Character

    private static let widthLimit = 1000
    private static let precisionLimit = 100

    /// Nil for what is no conversion: `%`, flags out of `-+ 0#`, a width up to 1000, a precision up to 100, and one of
    /// `d i e E f F g G s`.
    public init?(_ text: String) {
        var rest = text[...]
        guard rest.popFirst() == "%", let conversion = rest.popLast(), "dieEfFgGs".contains(conversion) else {
            return nil
        }
        flags = String(rest.prefix { "-+ 0#".contains($0) })
        let parts = rest.dropFirst(flags.count).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ $0.allSatisfy { ("0"..."9").contains($0) } }) else { return nil }
        width = parts[0].isEmpty ? 0 : Int(parts[0]) ?? .max
        // A point alone is a precision of 0.
        precision = parts.count == 2 ? (parts[1].isEmpty ? 0 : Int(parts[1]) ?? .max) : nil
        guard width <= Self.widthLimit, precision ?? 0 <= Self.precisionLimit else { return nil }
        self.conversion = conversion
        description = text
    }

    /// Whether it is for texts; these take numbers too, with all their digits.
    public var isForText: Bool { conversion == "s" }

    /// Whether it writes whole numbers only.
    public var isForInteger: Bool { conversion == "d" || conversion == "i" }

    /// A number. Nil when a whole number is asked for and it is none.
    public func text(_ value: Double) -> String? {
        if isForInteger { return Int64(exactly: value).map(print) }
        return print(value)
    }

    /// A text, filled up with blanks to the width; cut to the precision.
    public func text(_ value: String) -> String {
        let shown = precision.map { String(value.prefix($0)) } ?? value
        let blanks = String(repeating: " ", count: max(0, width - shown.count))
        return flags.contains("-") ? shown + blanks : blanks + shown
    }

    private func print(_ value: some CVarArg) -> String {
        let point = precision.map { ".\($0)" } ?? ""
        let format = "%\(flags)\(width == 0 ? "" : "\(width)")\(point)\(isForInteger ? "l" : "")\(conversion)"
        // The largest double has 309 digits before the point.
        let capacity = Self.widthLimit + Self.precisionLimit + 400
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
            _ = withVaList([value]) { vsnprintf(buffer.baseAddress!, capacity, format, $0) }
            return String(cString: buffer.baseAddress!)
        }
    }
}
