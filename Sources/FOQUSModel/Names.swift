/// A name from outside that cannot be used.
public struct NameError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What the name is of: `simulation`, `user`, `input file`.
    public let kind: String
    /// Why it is refused. Does not repeat a name that would make the text unreadable.
    public let reason: String

    public var description: String { "bad \(kind) name: \(reason)" }
}

/// A user's name: 1 to 128 bytes, one path component, no colon (HTTP Basic splits there, RFC 7617).
public struct UserName: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ text: String) throws(NameError) {
        try checkComponent(text, kind: "user", limit: 128)
        if text.utf8.contains(UInt8(ascii: ":")) { throw NameError(kind: "user", reason: "it holds a colon") }
        description = text
    }
}

/// A simulation's name: 1 to 200 bytes, one path component.
public struct SimulationName: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ text: String) throws(NameError) {
        try checkComponent(text, kind: "simulation", limit: 200)
        description = text
    }
}

/// The path of a file below a simulation: components joined by `/`, none of which can leave the folder.
public struct RelativePath: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public var components: [Substring] { description.split(separator: "/") }

    public init(_ text: String) throws(NameError) {
        guard text.utf8.count <= 900 else {
            throw NameError(kind: "input file", reason: "it has \(text.utf8.count) bytes, more than 900")
        }
        for part in text.split(separator: "/", omittingEmptySubsequences: false) {
            try checkComponent(String(part), kind: "input file", limit: 255)
        }
        description = text
    }
}

private func checkComponent(_ text: String, kind: String, limit: Int) throws(NameError) {
    guard !text.isEmpty else { throw NameError(kind: kind, reason: "it is empty") }
    guard text.utf8.count <= limit else {
        throw NameError(kind: kind, reason: "it has \(text.utf8.count) bytes, more than \(limit)")
    }
    if text == "." || text == ".." { throw NameError(kind: kind, reason: "\"\(text)\" is not a name") }
    for scalar in text.unicodeScalars {
        if scalar == "/" { throw NameError(kind: kind, reason: "it holds a slash") }
        if scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) {
            let code = String(scalar.value, radix: 16, uppercase: true)
            throw NameError(
                kind: kind,
                reason: "it holds the control character U+\(String(repeating: "0", count: 4 - code.utf8.count))\(code)")
        }
    }
}
