import Settings
import Testing

private func file(_ text: String) throws -> SettingsSource {
    .file(try SettingsFile.parse(Array(text.utf8), path: "test.conf"))
}

private func reader(_ text: String) throws -> SettingsReader {
    SettingsReader([try file(text)])
}

/// The text of all problems; empty when there is none.
private func problems(of reader: SettingsReader) -> String {
    do throws(SettingsError) {
        try reader.finish()
        return ""
    } catch {
        return error.description
    }
}

private enum Colour: String, CaseIterable { case red, green }

@Suite struct SettingsTypeTests {
    @Test func givesDefaultsForWhatIsNotSet() throws {
        let reader = try reader("")
        #expect(reader.string("a", "s", default: "x") == "x")
        #expect(reader.int("a", "i", default: 7, range: 1...9) == 7)
        #expect(reader.bool("a", "b", default: true))
        #expect(reader.duration("a", "d", default: .seconds(90)) == .seconds(90))
        #expect(reader.byteSize("a", "z", default: 64 << 20) == 64 << 20)
        #expect(reader.list("a", "l", default: ["x", "y"]) == ["x", "y"])
        #expect(reader.path("a", "p", default: "/var") == "/var")
        #expect(reader.choice("a", "c", default: Colour.green) == .green)
        #expect(reader.optionalString("a", "o") == nil)
        #expect(reader.optionalPath("a", "q") == nil)
        #expect(problems(of: reader) == "")
        #expect(reader.origins.map(\.value) == ["x", "7", "true", "90s", "64MiB", "x, y", "/var", "green", "", ""])
        #expect(reader.origins.allSatisfy { $0.origin == .standard })
    }

    @Test func readsEveryType() throws {
        let reader = try reader(
            """
            [a]
            s =
            i = -5
            b = Off
            d = 1.5h
            z = 1 GB
            l = x, y ,,z
            p = /srv/foqus
            c = red
            o = text
            """)
        #expect(reader.string("a", "s", default: "x") == "")
        #expect(reader.int("a", "i", default: 0, range: -9...9) == -5)
        #expect(!reader.bool("a", "b", default: true))
        #expect(reader.duration("a", "d", default: .zero) == .seconds(5400))
        #expect(reader.byteSize("a", "z", default: 0) == 1_000_000_000)
        #expect(reader.list("a", "l", default: []) == ["x", "y", "z"])
        #expect(reader.path("a", "p", default: "/") == "/srv/foqus")
        #expect(reader.choice("a", "c", default: Colour.green) == .red)
        #expect(reader.optionalString("a", "o") == "text")
        #expect(reader.requiredString("a", "o") == "text")
        #expect(problems(of: reader) == "")
    }

    @Test(arguments: [
        ("250ms", Duration.milliseconds(250)), ("60s", .seconds(60)), ("60", .seconds(60)), ("0", .zero),
        ("5m", .seconds(300)), ("5 min", .seconds(300)), ("1h", .seconds(3600)), ("2d", .seconds(172_800)),
        ("0.25s", .milliseconds(250)),
    ])
    func readsDurations(text: String, expected: Duration) throws {
        let reader = try reader("[a]\nd = \(text)")
        #expect(reader.duration("a", "d", default: .seconds(-1)) == expected)
        #expect(problems(of: reader) == "")
    }

    @Test(arguments: ["", "s", "-1s", "1x", "1S", "1.s", ".5s", "1 2s", "1h30m", "1e3", "inf", "9999999999d", "٣s"])
    func refusesDurations(text: String) throws {
        let reader = try reader("[a]\nd = \(text)")
        #expect(reader.duration("a", "d", default: .seconds(7)) == .seconds(7))
        #expect(problems(of: reader).contains("expected a duration, such as"))
    }

    @Test(arguments: [
        ("0", 0), ("17", 17), ("17B", 17), ("64MiB", 64 << 20), ("64 mib", 64 << 20), ("1 GB", 1_000_000_000),
        ("1.5KiB", 1536), ("2K", 2048), ("3M", 3 << 20), ("1G", 1 << 30), ("1T", 1 << 40), ("1TiB", 1 << 40),
        ("2 kB", 2000), ("1TB", 1_000_000_000_000), ("9007199254740991", 9_007_199_254_740_991),
    ])
    func readsByteSizes(text: String, expected: Int) throws {
        let reader = try reader("[a]\nz = \(text)")
        #expect(reader.byteSize("a", "z", default: -1) == expected)
        #expect(problems(of: reader) == "")
    }

    @Test(arguments: ["", "MiB", "-1", "1XB", "1MiBs", "1,5MB", "99999999999TiB"])
    func refusesByteSizes(text: String) throws {
        let reader = try reader("[a]\nz = \(text)")
        #expect(reader.byteSize("a", "z", default: 5) == 5)
        #expect(problems(of: reader).contains("expected a size, such as"))
    }

    @Test func collectsAllProblemsWithTheirPlaces() throws {
        let reader = try reader(
            "[worker]\nslots = x\nmany = 2000\nflag = maybe\nlease = 1d\nroom = 1\nstate = var\ncolour = blue\nname =\n"
        )
        #expect(reader.int("worker", "slots", default: 4, range: 1...1024) == 4)
        #expect(reader.int("worker", "many", default: 4, range: 1...1024) == 4)
        #expect(reader.bool("worker", "flag", default: true))
        #expect(
            reader.duration("worker", "lease", default: .seconds(60), range: .seconds(1)...(.seconds(3600)))
                == .seconds(60))
        #expect(reader.byteSize("worker", "room", default: 1 << 20, range: 1024...(1 << 30)) == 1 << 20)
        #expect(reader.path("worker", "state", default: "/var") == "/var")
        #expect(reader.choice("worker", "colour", default: Colour.red) == .red)
        #expect(reader.requiredString("worker", "name") == "")
        #expect(reader.requiredString("worker", "missing") == "")
        #expect(
            problems(of: reader) == """
                test.conf:2: [worker] slots = "x": expected a whole number from 1 to 1024
                test.conf:3: [worker] many = "2000": expected a whole number from 1 to 1024
                test.conf:4: [worker] flag = "maybe": expected true or false
                test.conf:5: [worker] lease = "1d": expected a duration from 1s to 1h, such as 250ms, 60s, 5m or 1h
                test.conf:6: [worker] room = "1": expected a size of at least 1KiB and of at most 1GiB, such as 64MiB or 1 GB
                test.conf:7: [worker] state = "var": expected an absolute path, or credential:NAME for one that the unit has by LoadCredential=
                test.conf:8: [worker] colour = "blue": expected one of red, green
                test.conf:9: [worker] name = "": expected a text that is not empty
                [worker] missing: not set, and it has no default
                """)
    }
}

@Suite struct SettingsReaderTests {
    @Test func laterLayersWin() throws {
        let overrides = [
            Setting(section: "w", key: "c", value: "3", origin: .commandLine(option: "--c")),
            Setting(section: "w", key: "c", value: "4", origin: .commandLine(option: "--c")),
        ]
        let reader = SettingsReader([
            try file("[w]\na = 1\nb = 1\nc = 1\n"),
            .environment(["FOQUS_W_B": "2", "FOQUS_W_C": "2", "W_A": "9"]),
            .commandLine(overrides),
        ])
        #expect(["a", "b", "c", "d"].map { reader.int("w", $0, default: 0) } == [1, 2, 4, 0])
        #expect(
            reader.origins.map(\.origin) == [
                .file(path: "test.conf", line: 2), .environment(variable: "FOQUS_W_B"), .commandLine(option: "--c"),
                .standard,
            ])
        #expect(
            reader.origins.map(\.origin.description) == [
                "test.conf:2", "environment variable FOQUS_W_B", "option --c", "default",
            ])
        #expect(problems(of: reader) == "")
    }

    @Test func namesVariablesAfterSectionAndKey() {
        let reader = SettingsReader([.environment(["FOQUS_APPLICATION_MY_APP_MAX_JOBS": "many"])])
        #expect(reader.int("application.my-app", "max_jobs", default: 1) == 1)
        #expect(
            problems(of: reader) == "environment variable FOQUS_APPLICATION_MY_APP_MAX_JOBS, "
                + "[application.my-app] max_jobs = \"many\": expected a whole number of at least 0")
    }

    @Test func namesOptions() {
        let slots = Setting(section: "w", key: "slots", value: "x", origin: .commandLine(option: "--slots"))
        let reader = SettingsReader([.commandLine([slots])])
        #expect(reader.int("w", "slots", default: 1) == 1)
        #expect(problems(of: reader).hasPrefix("option --slots, [w] slots = \"x\": expected"))
    }

    @Test func findsMisspeltSettings() throws {
        let reader = try reader(
            "[worker]\nslost = 4\nvisibility_timeuot = 1\nzzz = 1\nurl = x\n[wroker]\nslots = 1\n[other]\nx = 1\n")
        _ = reader.int("worker", "slots", default: 1)
        _ = reader.duration("worker", "visibility_timeout", default: .zero)
        _ = reader.string("gateway", "url", default: "")
        #expect(
            problems(of: reader) == """
                test.conf:2: [worker] slost: no such setting; did you mean "slots"?
                test.conf:3: [worker] visibility_timeuot: no such setting; did you mean "visibility_timeout"?
                test.conf:4: [worker] zzz: no such setting
                test.conf:5: [worker] url: no such setting; it belongs to [gateway]
                test.conf:7: [wroker] slots: there is no such section; did you mean [worker]?
                test.conf:9: [other] x: there is no such section
                """)
    }

    @Test func listsSectionsOfAKind() throws {
        let reader = SettingsReader([
            try file(
                "[application.foqus]\na = 1\n[worker]\n[application.]\n[application.empty]\n[application.foqus]\n"),
            .commandLine([
                Setting(section: "application.extra", key: "a", value: "2", origin: .commandLine(option: "--set"))
            ]),
        ])
        #expect(reader.sections(prefix: "application.") == ["foqus", "empty", "extra"])
        for (name, value) in [("foqus", 1), ("empty", 0), ("extra", 2)] {
            #expect(reader.int("application.\(name)", "a", default: 0) == value)
        }
        #expect(problems(of: reader) == "")
    }

    @Test func hidesSecrets() throws {
        let reader = try reader("[a]\npassword = hunter2\napi_token = hunter2\npassword_file = hunter2\n")
        _ = reader.int("a", "password", default: 0)
        _ = reader.int("a", "api_token", default: 0)
        #expect(!problems(of: reader).contains("hunter2"))
        #expect(reader.path("a", "password_file", default: "/x") == "/x")
        #expect(problems(of: reader).contains("password_file = \"hunter2\""))
        #expect(reader.origins.map(\.shownValue) == ["(not shown)", "(not shown)", "hunter2"])
    }
}
