import FileKit
import Settings
import Testing

@testable import Configuration

/// The root of the package.
private let root = Path.parent(Path.parent(Path.parent(#filePath)))

private func text(of file: String) throws -> String {
    String(decoding: try File.read(Path.join(root, file)), as: UTF8.self)
}

private func settings(_ text: String) throws(SettingsError) -> FOQUSSettings {
    let file = try SettingsFile.parse(Array(text.utf8), path: "foqus.conf")
    return try FOQUSSettings(SettingsReader([.file(file)]), machine: Machine(cores: 4, hostName: "worker-1"))
}

/// Every setting of all executors.
private func everySetting() throws -> [Setting] {
    try settings(
        """
        [application.foqus]
        [application.mymodel]
        program = /usr/local/bin/mymodel
        [application.Excel]
        [application.FMU]
        [application.program]
        [application.AspenPlus]
        url = http://windows.example:8000/TurbineLite
        [application.myrunner]
        executor = runner
        program = /usr/local/bin/myrunner
        """
    ).origins
}

@Suite struct SampleFileTests {
    private static let name = "etc/foqus.conf"

    @Test func changesNothing() throws {
        #expect(try settings(text(of: Self.name)).origins.allSatisfy { $0.origin == .standard })
    }

    /// `#key = value` as it is without the `#`; other comments have a space behind it.
    @Test func itsCommentsAreTheDefaults() throws {
        let active = try text(of: Self.name).split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix("#") && !line.hasPrefix("# ") ? line.dropFirst() : line
        }
        let sample = try settings(active.joined(separator: "\n")).origins
        let examples = ["tls_certificate", "tls_key", "credentials_file", "password_file", "ca_file"]
        for standard in try everySetting() where !examples.contains(standard.key) {
            let shown = sample.first { $0.section == standard.section && $0.key == standard.key }
            #expect(shown?.value == standard.value, "[\(standard.section)] \(standard.key)")
        }
    }

    @Test func showsEverySetting() throws {
        let lines = try text(of: Self.name).split(separator: "\n")
        for setting in try everySetting() {
            #expect(lines.contains { $0.hasPrefix("#\(setting.key) =") }, "[\(setting.section)] \(setting.key)")
        }
    }
}

@Suite struct SettingsPageTests {
    /// Below a heading with the section's name, each setting has a row of a table: | `key` | type | default | meaning |.
    @Test func listsEverySettingWithItsDefault() throws {
        var section = ""
        var rows: [String: [[String]]] = [:]
        for line in try text(of: "docs/settings.md").split(separator: "\n") {
            if line.hasPrefix("## ") {
                section = line.split(separator: "`").dropFirst().first.map(String.init) ?? ""
            } else if line.hasPrefix("| `") {
                let cells = line.split(separator: "|").map { $0.filter { $0 != "`" } }.map(Self.trimmed)
                rows[section + " " + cells[0], default: []].append(cells)
            }
        }
        let fromTheMachine = ["slots", "processes", "instance", "application"]
        for setting in try everySetting() {
            let page = setting.section.hasPrefix("application.") ? "application.NAME" : setting.section
            // Several executors may have settings of one name.
            let found = rows["[\(page)] \(setting.key)"]
            #expect(found != nil, "no row for [\(setting.section)] \(setting.key)")
            guard let found, setting.origin == .standard, !fromTheMachine.contains(setting.key) else { continue }
            guard !setting.value.isEmpty, setting.key != "executor" else { continue }
            #expect(
                found.contains { $0.count > 2 && $0[2] == setting.value },
                "[\(setting.section)] \(setting.key): \(found)")
        }
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
