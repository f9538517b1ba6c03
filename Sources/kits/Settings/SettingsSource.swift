/// One layer of settings. Later layers win over earlier ones: file, then environment, then command line.
public struct SettingsSource: Sendable {
    private enum Content {
        case settings([Name: Setting])
        case environment([String: String], prefix: String)
    }

    private let content: Content
    /// All that it sets, when that can be told: which variables of an environment are meant as settings cannot.
    let settings: [Setting]
    let sections: [String]

    /// The settings of a file.
    public static func file(_ file: SettingsFile) -> SettingsSource {
        SettingsSource(settings: file.settings, sections: file.sections)
    }

    /// Variables named after section and key: `FOQUS_WORKER_SLOTS` for `[worker] slots`. What is neither a letter nor a
    /// digit counts as `_`.
    public static func environment(_ variables: [String: String], prefix: String = "FOQUS_") -> SettingsSource {
        SettingsSource(content: .environment(variables, prefix: prefix), settings: [], sections: [])
    }

    /// Values that the machine it runs on provides.
    public static func machine(_ settings: [Setting]) -> SettingsSource {
        SettingsSource(settings: settings, sections: settings.map(\.section))
    }

    /// Values that options of the command line set.
    public static func commandLine(_ settings: [Setting]) -> SettingsSource {
        SettingsSource(settings: settings, sections: settings.map(\.section))
    }

    private init(settings: [Setting], sections: [String]) {
        let byName = settings.map { (Name(section: $0.section, key: $0.key), $0) }
        self.init(
            content: .settings(Dictionary(byName) { _, last in last }), settings: settings, sections: sections)
    }

    private init(content: Content, settings: [Setting], sections: [String]) {
        self.content = content
        self.settings = settings
        self.sections = sections
    }

    func setting(_ section: String, _ key: String) -> Setting? {
        switch content {
        case .settings(let settings): return settings[Name(section: section, key: key)]
        case .environment(let variables, let prefix):
            let name = prefix + Self.variable(section) + "_" + Self.variable(key)
            return variables[name].map {
                Setting(section: section, key: key, value: $0, origin: .environment(variable: name))
            }
        }
    }

    private static func variable(_ text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? Character($0.uppercased()) : "_" })
    }
}
