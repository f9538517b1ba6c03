/// One of the two files that AWS tools share, `~/.aws/config` and `~/.aws/credentials`.
///
/// They look like INI files, but a value may go on in indented lines, and an indented block below an empty value is a
/// list of settings of its own (AWS SDKs and Tools Reference Guide, "Shared config and credentials files"). What cannot be
/// understood is passed over and noted, as other tools may have put it there for themselves.
struct AWSConfigFile: Sendable {
    enum Kind: Sendable {
        /// Sections are `[default]` and `[profile NAME]`.
        case config
        /// Sections are `[NAME]`.
        case credentials
    }

    /// A line that was passed over. Its text is not kept, as it may be a secret.
    struct Problem: Sendable, Hashable, CustomStringConvertible {
        let line: Int
        let reason: String

        var description: String { "line \(line): \(reason)" }
    }

    /// Settings by name in lower case. One of a nested block has the block's name in front: `s3.max_queue_size`.
    typealias Settings = [String: String]

    private(set) var profiles: [String: Settings] = [:]
    private(set) var problems: [Problem] = []

    private let kind: Kind
    /// The profile that is being read; nil in a section of another kind.
    private var profile: String?
    /// The last setting at the margin, to which indented lines belong.
    private var property: String?
    /// Whether `[profile default]` was seen, beside which `[default]` counts for nothing.
    private var hasPrefixedDefault = false

    init(_ text: String, _ kind: Kind) {
        self.kind = kind
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        for (index, line) in lines.enumerated() {
            read(index == 0 && line.unicodeScalars.first == "\u{FEFF}" ? line.dropFirst() : line, index + 1)
        }
    }

    private mutating func read(_ line: Substring, _ number: Int) {
        let content = line.drop { $0 == " " || $0 == "\t" }
        guard let first = content.first, first != "#", first != ";" else { return }
        if first == "[" && content.startIndex == line.startIndex {
            property = nil
            profile = section(content, number)
        } else if content.startIndex != line.startIndex, let property {
            readIndented(content, below: property, number)
        } else {
            readProperty(content, number)
        }
    }

    /// The profile that a section's first line begins; nil for a section of another kind.
    private mutating func section(_ line: Substring, _ number: Int) -> String? {
        guard let end = line.firstIndex(of: "]") else {
            problems.append(Problem(line: number, reason: "a section's name has no ']'"))
            return nil
        }
        let words = line[line.index(after: line.startIndex)..<end].trimmed
        let type = words.prefix { !$0.isWhitespace }
        let name = Self.unquoted(words.dropFirst(type.count).trimmed)
        switch kind {
        case .credentials:
            if type == "profile" && !name.isEmpty {
                problems.append(Problem(line: number, reason: "a section here is called by its name without 'profile'"))
                return nil
            }
            return begin(Self.unquoted(words))
        case .config where type == "profile" && !name.isEmpty:
            if name == "default" && !hasPrefixedDefault {
                hasPrefixedDefault = true
                profiles[name] = nil
            }
            return begin(name)
        case .config where words == "default": return hasPrefixedDefault ? nil : begin(words)
        case .config where ["sso-session", "services", "plugins"].contains(type): return nil
        case .config:
            problems.append(Problem(line: number, reason: "a section of a profile is called [profile NAME] here"))
            return nil
        }
    }

    private mutating func begin(_ name: String) -> String {
        if profiles[name] == nil { profiles[name] = [:] }
        return name
    }

    private mutating func readProperty(_ line: Substring, _ number: Int) {
        property = nil
        guard let (name, value) = Self.assignment(line) else {
            problems.append(Problem(line: number, reason: "neither a section nor NAME = VALUE"))
            return
        }
        property = name
        set(name, value)
    }

    private mutating func readIndented(_ line: Substring, below property: String, _ number: Int) {
        guard let profile, let value = profiles[profile]?[property] else { return }
        guard value.isEmpty else { return set(property, value + "\n" + line.trimmed) }
        guard let (name, nested) = Self.assignment(line) else {
            problems.append(Problem(line: number, reason: "no NAME = VALUE in a nested block"))
            return
        }
        set("\(property).\(name)", nested)
    }

    private mutating func set(_ name: String, _ value: String) {
        guard let profile else { return }
        profiles[profile, default: [:]][name] = value
    }

    private static func assignment(_ line: Substring) -> (name: String, value: String)? {
        guard let equals = line.firstIndex(of: "=") else { return nil }
        let name = line[..<equals].trimmed.lowercased()
        return name.isEmpty ? nil : (name, withoutComment(line[line.index(after: equals)...]).trimmed)
    }

    /// A comment within a line begins with a blank and `#` or `;`, as values may hold both.
    private static func withoutComment(_ value: Substring) -> Substring {
        var follows = true
        for index in value.indices {
            if follows && (value[index] == "#" || value[index] == ";") { return value[..<index] }
            follows = value[index].isWhitespace
        }
        return value
    }

    private static func unquoted(_ name: String) -> String {
        guard name.count >= 2, let first = name.first, first == "\"" || first == "'", name.last == first else {
            return name
        }
        return String(name.dropFirst().dropLast())
    }
}
