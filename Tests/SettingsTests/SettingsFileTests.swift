import FileKit
import Settings
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct SettingsFileTests {
    private func parse(_ text: String) throws -> SettingsFile {
        try SettingsFile.parse(Array(text.utf8), path: "test.conf")
    }

    @Test func readsSectionsSettingsAndTheirLines() throws {
        let file = try parse(
            """
            # a comment
            ; another

            [worker]
            slots = 4
              user=  foqus worker\t
            url: http://localhost:8080/a=b

            [empty]
            [application.foqus]
            command = run ; not a comment # neither
            """)
        #expect(file.sections == ["worker", "empty", "application.foqus"])
        #expect(
            file.settings == [
                setting("worker", "slots", "4", line: 5), setting("worker", "user", "foqus worker", line: 6),
                setting("worker", "url", "http://localhost:8080/a=b", line: 7),
                setting("application.foqus", "command", "run ; not a comment # neither", line: 11),
            ])
        #expect(file.notes == [])
    }

    @Test func theLastOfRepeatedSettingsCounts() throws {
        let file = try parse("[a]\nx = 1\ny = 2\n[b]\nx = 3\n[a]\nx = 4\n")
        #expect(file.sections == ["a", "b"])
        #expect(
            file.settings == [
                setting("a", "x", "4", line: 7), setting("a", "y", "2", line: 3), setting("b", "x", "3", line: 5),
            ])
        #expect(file.notes == ["test.conf:7: [a] x replaces test.conf:2"])
    }

    @Test func takesUnusualFiles() throws {
        #expect(try parse("").settings.isEmpty)
        #expect(try parse("\u{FEFF}[a]\nx=1").settings == [setting("a", "x", "1", line: 2)])
        #expect(try parse("[a]\r\nx = 1\r\n").settings == [setting("a", "x", "1", line: 2)])
        #expect(try parse("[a]\nx =\n").settings == [setting("a", "x", "", line: 2)])
        let long = String(repeating: "v", count: 4000)
        #expect(try parse("[a]\nx = \(long)\ny = 1").settings.map(\.value) == [long, "1"])
    }

    @Test(arguments: [
        ("[a]\n\nnonsense\n", 3, "expected \"key = value\""), ("[a\nx = 1", 1, "expected"),
        ("x = 1\n[a]\n", 1, "[section] missing above the setting \"x\""), ("[a]\n= 1\n", 2, "a setting without a name"),
        ("[a]\n[]\nx = 1", 2, "a section without a name"), ("[a]\nx = 1\n  continued\n", 3, "expected"),
        ("[a]\nx = \(String(repeating: "v", count: 5000))\nnonsense", 2, "longer than 4096 bytes"),
        ("[\(String(repeating: "s", count: 50))]\nx = 1", 1, "longer than 49 bytes"),
    ])
    func placesSyntaxErrors(text: String, line: Int, reason: String) {
        let error = #expect(throws: SettingsError.self) { try parse(text) }
        #expect(error?.problems.map(\.code) == [.syntax])
        #expect(error?.description.hasPrefix("test.conf:\(line): ") == true)
        #expect(error?.description.contains(reason) == true)
    }

    @Test(arguments: [[0x5B, 0x61, 0x5D, 0x0A, 0xFF], [0x5B, 0x61, 0x5D, 0x0A, 0x78, 0x3D, 0x00]] as [[UInt8]])
    func refusesWhatIsNoText(bytes: [UInt8]) {
        let error = #expect(throws: SettingsError.self) { try SettingsFile.parse(bytes, path: "test.conf") }
        #expect(error?.problems.map(\.code) == [.unreadable])
        #expect(error?.description == "test.conf:2: not text in UTF-8")
    }

    @Test func readsFiles() async throws {
        try await withTemporaryDirectory { directory in
            let path = Path.join(directory, "worker.conf")
            try File.writeAtomically(Array("[a]\nx = 1\n".utf8), to: path)
            #expect(try SettingsFile.parse(path: path).settings.map(\.origin) == [.file(path: path, line: 2)])
            let missing = #expect(throws: SettingsError.self) { try SettingsFile.parse(path: directory + "/missing") }
            #expect(missing?.problems.map(\.code) == [.unreadable])
            #expect(missing?.description.contains(directory + "/missing: No such file or directory") == true)
        }
    }

    private func setting(_ section: String, _ key: String, _ value: String, line: Int) -> Setting {
        Setting(section: section, key: key, value: value, origin: .file(path: "test.conf", line: line))
    }
}
