import TextKit

/// Reads typed values from layered settings and collects all that is wrong with them.
///
/// The getters do not throw: a wrong value is noted and its default returned, so that one run finds every problem. Use
/// what was read only after ``finish()`` has returned.
public final class SettingsReader {
    private let sources: [SettingsSource]
    /// Where a service manager has put credentials; nil where there are none.
    private let credentials: String?
    private var asked: Set<Name> = []
    private var askedSections: [String: [String]] = [:]
    private var problems: [SettingsError.Problem] = []
    /// Every setting that was asked for, with its value as text and where that came from, in the order of the questions.
    public private(set) var origins: [Setting] = []

    /// - Parameters:
    ///   - sources: from the weakest to the strongest.
    ///   - credentials: the directory where `credential:NAME` is found (`CREDENTIALS_DIRECTORY` of systemd.exec(5)).
    public init(_ sources: [SettingsSource], credentials: String? = nil) {
        self.sources = sources
        self.credentials = credentials
    }

    /// The names behind `prefix` of all sections that begin with it: `foqus` for `[application.foqus]` and the prefix
    /// `application.`. In the order of their appearance.
    public func sections(prefix: String) -> [String] {
        var names: [String] = []
        for section in sources.flatMap(\.sections) where section.hasPrefix(prefix) {
            let name = String(section.dropFirst(prefix.count))
            if !name.isEmpty && !names.contains(name) { names.append(name) }
            if askedSections[section] == nil { askedSections[section] = [] }
        }
        return names
    }

    /// Whether any layer sets it. Does not count as asking for it.
    public func isSet(_ section: String, _ key: String) -> Bool {
        sources.contains { $0.setting(section, key) != nil }
    }

    /// Whether the strongest layer that sets it gives it a value.
    func isGiven(_ section: String, _ key: String) -> Bool {
        sources.reversed().lazy.compactMap { $0.setting(section, key) }.first.map { !$0.value.isEmpty } ?? false
    }

    /// Throws all problems found so far, those of unknown settings included.
    public func finish() throws(SettingsError) {
        let all = problems + unknownKeys()
        if !all.isEmpty { throw SettingsError(all) }
    }

    /// The settings in files and options that nobody has asked for, with the one that was probably meant.
    public func unknownKeys() -> [SettingsError.Problem] {
        sources.flatMap(\.settings).filter { !asked.contains(Name(section: $0.section, key: $0.key)) }.map { setting in
            SettingsError.Problem(
                code: .unknownKey,
                description: "\(setting.origin): [\(setting.section)] \(setting.key): \(hint(setting))")
        }
    }

    private func hint(_ setting: Setting) -> String {
        guard let keys = askedSections[setting.section] else {
            let near = Suggestion.nearest(to: setting.section, among: askedSections.keys.sorted())
            return "there is no such section" + (near.map { "; did you mean [\($0)]?" } ?? "")
        }
        if let near = Suggestion.nearest(to: setting.key, among: keys) {
            return "no such setting; did you mean \"\(near)\"?"
        }
        let elsewhere = askedSections.filter { $0.value.contains(setting.key) }.keys.sorted()
        return "no such setting" + (elsewhere.first.map { "; it belongs to [\($0)]" } ?? "")
    }

    /// Looks a setting up and converts it. `standard` is what an unset one gives, with its text for ``origins``.
    func read<Value>(
        _ section: String, _ key: String, standard: (value: Value, text: String), expected: String,
        _ convert: (String) -> Value?
    ) -> Value {
        guard let setting = find(section, key, standard: standard.text) else { return standard.value }
        if let value = convert(setting.value) { return value }
        let place =
            if case .file = setting.origin { "\(setting.origin): " } else { "\(setting.origin), " }
        problems.append(
            SettingsError.Problem(
                code: .badValue,
                description: "\(place)[\(section)] \(key) = \"\(setting.shownValue)\": expected \(expected)"))
        return standard.value
    }

    /// Notes that a setting without a default is missing.
    func miss(_ section: String, _ key: String) {
        problems.append(
            SettingsError.Problem(code: .missing, description: "[\(section)] \(key): not set, and it has no default"))
    }

    static let expectedPath = "an absolute path, or credential:NAME for one that the unit has by LoadCredential="

    /// The path that a text stands for: itself, or a credential of the service.
    func place(_ text: String) -> String? {
        if text.hasPrefix("/") { return text }
        let prefix = "credential:"
        guard let credentials, text.hasPrefix(prefix) else { return nil }
        let name = text.dropFirst(prefix.count)
        guard !name.isEmpty, !name.contains("/"), name != ".", name != ".." else { return nil }
        return "\(credentials)/\(name)"
    }

    private func find(_ section: String, _ key: String, standard: String) -> Setting? {
        let found = sources.reversed().lazy.compactMap { $0.setting(section, key) }.first
        if asked.insert(Name(section: section, key: key)).inserted {
            askedSections[section, default: []].append(key)
            origins.append(found ?? Setting(section: section, key: key, value: standard, origin: .standard))
        }
        return found
    }
}
