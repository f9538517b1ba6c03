import FOQUSModel
import JSONKit
import TestSupport
import Testing

@testable import ControlCommands

@Suite(.timeLimit(.minutes(1))) struct SimulationTests {
    private let session = #"{"Type": "FOQUS_Session"}"#

    @Test func aDirectoryGoesWithAllBelowIt() async throws {
        try await withTemporaryDirectory { directory in
            for (name, content) in [
                ("flow.foqus", session), ("data/table.csv", "1"), ("user_plugins/p.py", "pass"), (".git/config", "x"),
                ("user_plugins/__pycache__/p.pyc", "x"),
            ] { _ = try write(content, to: name, in: directory + "/model") }
            let fixture = ControlFixture()
            #expect(await fixture.run("simulation", "put", "flow", directory + "/model") == 0)
            #expect(
                await fixture.gateway.uploads.map(\.resource)
                    == [
                        .file(try RelativePath("data/table.csv")), .file(try RelativePath("user_plugins/p.py")),
                        .configuration,
                    ])
            #expect(
                fixture.console.output
                    == "simulation flow (foqus): uploaded data/table.csv, user_plugins/p.py, configuration\n")
        }
    }

    @Test func aDirectoryAmongFilesKeepsItsPath() async throws {
        try await withTemporaryDirectory { directory in
            let model = try write(session, to: "flow.foqus", in: directory)
            _ = try write("1", to: "deep/table.csv", in: directory + "/data")
            let fixture = ControlFixture()
            #expect(await fixture.run("simulation", "put", "flow", model, directory + "/data/") == 0)
            #expect(
                await fixture.gateway.uploads.map(\.resource)
                    == [.file(try RelativePath("data/deep/table.csv")), .configuration])
        }
    }

    @Test func aPlugInGoesByItsName() async throws {
        try await withTemporaryDirectory { directory in
            let files = [
                try write("{}", to: "foqus-user-plugin.json", in: directory),
                try write("pass", to: "dryer.py", in: directory),
            ]
            let fixture = ControlFixture()
            #expect(await fixture.run(["simulation", "put", "dryer"] + files) == 0)
            #expect(
                await fixture.gateway.uploads.map(\.resource)
                    == [.file(try RelativePath("dryer.py")), .file(try RelativePath("foqus-user-plugin.json"))])
            #expect(
                await fixture.gateway.simulationEntries
                    == [ListedSimulation(name: "dryer", application: "foqus-user-plugin")])
        }
    }

    @Test func theKindFollowsFromTheContentToo() async throws {
        try await withTemporaryDirectory { directory in
            let file = try write(
                #"{"config-version": "0.2", "model": {"file": "m.acmf"}}"#, to: "column.json", in: directory)
            let fixture = ControlFixture()
            #expect(await fixture.run("simulation", "put", "column", file) == 0)
            #expect(await fixture.gateway.simulationEntries.map(\.application) == ["acm"])
            #expect(await fixture.gateway.uploads.map(\.resource) == [.configuration])
        }
    }

    @Test func applicationsOfTheSettingsNeedNoConfiguration() async throws {
        try await withTemporaryDirectory { directory in
            let file = try write("echo", to: "run.sh", in: directory)
            let fixture = ControlFixture()
            #expect(await fixture.run("simulation", "put", "tool", file, "--application", "shell") == 0)
            #expect(await fixture.gateway.uploads.map(\.resource) == [.file(try RelativePath("run.sh"))])
        }
    }

    @Test func moreFilesMayComeLater() async throws {
        try await withTemporaryDirectory { directory in
            let file = try write("1", to: "extra.dat", in: directory)
            let known = ControlFixture(simulations: [ListedSimulation(name: "flow", application: "foqus")])
            #expect(await known.run("simulation", "put", "flow", file) == 0)
            let unknown = ControlFixture()
            #expect(await unknown.run("simulation", "put", "flow", file) == 2)
            #expect(
                unknown.console.messages.hasPrefix("foqusctl: there is no simulation flow yet, and none of the files"))
            #expect(await unknown.gateway.uploads.isEmpty)
        }
    }

    @Test func aBrokenSessionIsNotUploaded() async throws {
        try await withTemporaryDirectory { directory in
            let file = try write("{\n\"Type\": }", to: "flow.foqus", in: directory)
            let fixture = ControlFixture()
            #expect(await fixture.run("simulation", "put", "flow", file) == 2)
            #expect(
                fixture.console.messages
                    == "foqusctl: \(file), line 2, column 9: the configuration is not JSON: expected a value but found '}'\n"
            )
            #expect(await fixture.gateway.calls.isEmpty)
        }
    }

    @Test func twoConfigurationsAreAmbiguousUnlessOneHasTheName() async throws {
        try await withTemporaryDirectory { directory in
            let a = try write(session, to: "a.foqus", in: directory)
            let b = try write(session, to: "b.foqus", in: directory)
            let fixture = ControlFixture()
            #expect(await fixture.run("simulation", "put", "flow", a, b) == 2)
            #expect(fixture.console.messages.contains("more than one file may be the configuration: \(a), \(b)."))
            let named = try write(session, to: "session.foqus", in: directory)
            #expect(await fixture.run("simulation", "put", "flow", a, named) == 0)
        }
    }

    @Test func missingFilesAreNamed() async throws {
        let fixture = ControlFixture()
        #expect(await fixture.run("simulation", "put", "flow", "/nonexistent/flow.foqus") == 2)
        #expect(fixture.console.messages.contains("/nonexistent/flow.foqus: No such file or directory"))
    }

    @Test func theListIsATable() async throws {
        let fixture = ControlFixture(simulations: [
            ListedSimulation(name: "flow", application: "foqus"), ListedSimulation(name: "dryer", application: "ACM"),
        ])
        #expect(await fixture.run("simulation", "list") == 0)
        #expect(
            fixture.console.output == """
                Name   Application
                flow   foqus
                dryer  ACM

                """)
    }

    @Test(arguments: [
        ("flow", "flow", false), ("./flow", "flow", true), ("models/flow/", "flow", true),
        ("my flow.foqus", "my_flow", true),
        ("../a/b.foqus", "b", true),
    ])
    func theFormTellsNamesFromPaths(_ text: String, _ name: String, _ isPath: Bool) throws {
        let argument = try SimulationArgument(text)
        #expect(argument.name.description == name)
        #expect(argument == (isPath ? .local(path: text, name: argument.name) : .named(argument.name)))
    }
}
