import FileKit

/// A settings file: `[section]`, `key = value`, and comments on lines of their own that begin with `#` or `;`.
///
/// There is no way to continue a line, and no quoting: a value is what stands behind the `=`, without the white space
/// around it. Of repeated settings the last one counts.
public struct SettingsFile: Sendable {
    /// The most bytes of a file. No settings of sensible people come near it.
    private static let sizeLimit = 1 << 20

    public let path: String
    /// The names of the sections, in the order of their first appearance; sections without settings too.
    public let sections: [String]
    /// The settings that count, in the order of their first appearance.
    public let settings: [Setting]
    /// What a user should be told although it is no error: settings that a later line replaces.
    public let notes: [String]

    /// Reads and parses a file. Blocks.
    public static func parse(path: String) throws(SettingsError) -> SettingsFile {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try File.read(path, limit: sizeLimit)
        } catch {
            throw SettingsError(.unreadable, "\(error)")
        }
        return try parse(bytes, path: path)
    }

    /// Parses the content of a file.
    /// - Parameter path: for messages.
    public static func parse(_ bytes: [UInt8], path: String) throws(SettingsError) -> SettingsFile {
        let lines = try SettingsLines.parse(bytes, path: path)
        var settings: [Setting] = []
        var positions: [Name: Int] = [:]
        var notes: [String] = []
        for line in lines.values {
            let setting = Setting(
                section: line.section, key: line.key, value: line.value,
                origin: .file(path: path, line: line.number))
            let name = Name(section: line.section, key: line.key)
            if let position = positions[name] {
                notes.append("\(setting.origin): [\(line.section)] \(line.key) replaces \(settings[position].origin)")
                settings[position] = setting
            } else {
                positions[name] = settings.count
                settings.append(setting)
            }
        }
        return SettingsFile(path: path, sections: lines.sections, settings: settings, notes: notes)
    }
}

/// What makes two settings the same.
struct Name: Hashable {
    let section: String
    let key: String
}
