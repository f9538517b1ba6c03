/// Why a name that came from outside is not used as a file name.
public struct SafeNameError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        case empty
        /// Begins with `/`, or has `/` where only one component may stand.
        case slash
        /// `.` or `..`
        case dots
        case controlCharacter
        /// More than 255 bytes in a component, or 4095 in all: Linux's limits.
        case tooLong
    }

    public let name: String
    public let reason: Reason

    public init(name: String, reason: Reason) {
        self.name = name
        self.reason = reason
    }

    /// The name is shown with its control characters escaped and cut off when long.
    public var description: String {
        let shown = String(name.prefix(80)).debugDescription + (name.count > 80 ? "…" : "")
        let why =
            switch reason {
            case .empty: "it is empty or has an empty component"
            case .slash: "it has a slash where none may stand"
            case .dots: "\".\" and \"..\" are not allowed in it"
            case .controlCharacter: "it has a control character"
            case .tooLong: "it is longer than a file name can be"
            }
        return "\(shown) is no safe file name: \(why)"
    }
}

/// Checks names from outside before they become file names, so that they stay in the directory meant for them.
public enum SafeName {
    /// Accepts a relative path whose components all pass ``checkComponent(_:)``: `output/stream 1.csv`.
    public static func check(_ path: String) throws(SafeNameError) {
        if path.isEmpty { throw SafeNameError(name: path, reason: .empty) }
        if path.utf8.first == UInt8(ascii: "/") { throw SafeNameError(name: path, reason: .slash) }
        if path.utf8.count > 4095 { throw SafeNameError(name: path, reason: .tooLong) }
        for component in path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            try check(component: Substring(component), of: path)
        }
    }

    /// Accepts one component of a path: neither empty nor `.` nor `..`, without slashes and control characters, and at
    /// most 255 bytes long.
    public static func checkComponent(_ name: String) throws(SafeNameError) {
        if name.utf8.contains(UInt8(ascii: "/")) { throw SafeNameError(name: name, reason: .slash) }
        try check(component: name[...], of: name)
    }

    private static func check(component: Substring, of name: String) throws(SafeNameError) {
        if component.isEmpty { throw SafeNameError(name: name, reason: .empty) }
        if component == "." || component == ".." { throw SafeNameError(name: name, reason: .dots) }
        if component.utf8.count > 255 { throw SafeNameError(name: name, reason: .tooLong) }
        if component.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            throw SafeNameError(name: name, reason: .controlCharacter)
        }
    }
}
