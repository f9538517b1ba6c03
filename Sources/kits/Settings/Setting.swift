/// Where a value comes from.
public enum SettingOrigin: Sendable, Hashable, CustomStringConvertible {
    /// Built in.
    case standard
    /// The machine it runs on, such as `instance tag FOQUS-User`.
    case machine(what: String)
    case file(path: String, line: Int)
    case environment(variable: String)
    /// As written by the user, such as `--slots`.
    case commandLine(option: String)

    public var description: String {
        switch self {
        case .standard: "default"
        case .machine(let what): what
        case .file(let path, let line): "\(path):\(line)"
        case .environment(let variable): "environment variable \(variable)"
        case .commandLine(let option): "option \(option)"
        }
    }
}

/// One value of one setting.
public struct Setting: Sendable, Hashable {
    public let section: String
    public let key: String
    public let value: String
    public let origin: SettingOrigin

    public init(section: String, key: String, value: String, origin: SettingOrigin) {
        self.section = section
        self.key = key
        self.value = value
        self.origin = origin
    }

    /// Whether the value must not be shown, going by the name of the setting. The name of a file with a secret may be.
    public var isSecret: Bool {
        let key = key.lowercased()
        return !key.hasSuffix("file") && ["password", "secret", "token"].contains { key.contains($0) }
    }

    /// The value for messages and listings.
    public var shownValue: String { isSecret ? "(not shown)" : value }
}
