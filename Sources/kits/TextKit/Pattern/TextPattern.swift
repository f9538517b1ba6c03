/// A regular expression that is matched in time linear in the text, whatever the expression: it may come from a user and
/// cannot keep a thread busy.
///
/// It knows literals, `.` (no line end), `[a-z]`, `\d \w \s` and their opposites, `\b \B`, `^ $` (of lines), `( )`,
/// `(?: )`, `|`, `* + ? {2} {2,} {2,5}` and these with `?` for as few as possible, and `(?i)` at the beginning. What takes
/// backtracking, as `\1` and `(?= )`, it does not know. Of several matches at one place it takes the one that Perl takes,
/// unless what may be empty is repeated, as in `(a*?)+`.
public struct TextPattern: Sendable, Hashable, CustomStringConvertible {
    /// As it was written.
    public let description: String
    /// How many groups `( )` it has.
    public let groupCount: Int
    private let program: PatternProgram

    public init(_ text: String) throws(TextPatternError) {
        var parser = PatternParser(text)
        let node = try parser.pattern()
        description = text
        groupCount = parser.groupCount
        program = try PatternProgram(node, groupCount: parser.groupCount)
    }

    /// All matches from left to right, none within another.
    ///
    /// - Parameter text: UTF-8, or nearly.
    /// - Throws: code `tooCostly` when matches are found again and again by reading the text to its end.
    public func matches(in text: [UInt8]) throws(TextPatternError) -> [TextMatch] {
        var machine = PatternMachine(program, steps: program.instructions.count * (text.count + 1000) * 64)
        var matches: [TextMatch] = []
        var at = 0
        while at <= text.count, let match = try machine.match(in: text, from: at) {
            matches.append(match)
            at = match.range.isEmpty ? match.range.upperBound + 1 : match.range.upperBound
        }
        return matches
    }

    public func firstMatch(in text: [UInt8]) throws(TextPatternError) -> TextMatch? {
        var machine = PatternMachine(program, steps: .max)
        return try machine.match(in: text, from: 0)
    }

    public static func == (left: TextPattern, right: TextPattern) -> Bool { left.description == right.description }

    public func hash(into hasher: inout Hasher) { hasher.combine(description) }
}

/// Where a pattern matches, in bytes of the text.
public struct TextMatch: Sendable, Hashable {
    public let range: Range<Int>
    /// By the order of their opening brackets; nil for one that took no part.
    public let groups: [Range<Int>?]
}

/// Why a text is no pattern.
public struct TextPatternError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        case syntax
        /// Its counts multiply to more states than are sensible.
        case tooLarge
        case tooCostly
    }

    public let code: Code
    /// What is wrong and, where there is one, the remedy.
    public let reason: String
    /// Where in the pattern, in characters from 1; nil for the whole.
    public let position: Int?

    init(_ code: Code, _ reason: String, position: Int? = nil) {
        self.code = code
        self.reason = reason
        self.position = position
    }

    public var description: String { reason + (position.map { " (character \($0) of the pattern)" } ?? "") }
}
