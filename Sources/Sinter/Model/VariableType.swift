/// `double`, `int[3]`, `string`: what a variable holds.
public struct VariableType: Sendable, Hashable, CustomStringConvertible {
    public enum Element: String, Sendable, Hashable, CaseIterable {
        /// 32 bits, as in the format.
        case int
        case double
        case string
    }

    public let element: Element
    /// How many elements a vector has; nil for a scalar.
    public let count: Int?

    public init(_ element: Element, count: Int? = nil) {
        precondition(count ?? 1 > 0)
        self.element = element
        self.count = count
    }

    /// Nil for anything that is no type. Blanks do not count: `double [ 3 ]`.
    public init?(_ text: String) {
        let text = text.filter { !$0.isWhitespace }
        let parts = text.split(separator: "[", omittingEmptySubsequences: false)
        guard let element = Element(rawValue: String(parts[0])), parts.count <= 2 else { return nil }
        self.element = element
        guard parts.count == 2 else {
            count = nil
            return
        }
        guard parts[1].hasSuffix("]"), let count = Int(parts[1].dropLast()), (1...Self.limit).contains(count),
            parts[1].first?.isNumber == true
        else { return nil }
        self.count = count
    }

    /// More elements than a vector may have, so that a slip cannot ask for all memory.
    private static let limit = 1_000_000

    public var isVector: Bool { count != nil }

    public var description: String { element.rawValue + (count.map { "[\($0)]" } ?? "") }
}
