import FOQUSModel
import FileKit
import TestSupport
import Testing

@testable import Executors

struct FlowsheetTests {
    private func flowsheet(_ nodes: String) throws -> Flowsheet {
        try Flowsheet(session: Array(#"{"flowsheet":{"nodes":\#(nodes)},"x":NaN}"#.utf8))
    }

    @Test func userPluginsAreFoundByTheirModels() throws {
        let found = try flowsheet(
            """
            {"calc":{"modelType":0,"modelName":"","turbApp":null},
             "b":{"modelType":1,"modelName":"pump","turbApp":["FOQUS-User-Plugin","ignored"]},
             "a":{"modelType":1,"modelName":"heat_integration","turbApp":null},
             "c":{"modelType":1,"modelName":"htx","turbApp":["foqus-user-plugin",null]},
             "d":{"modelType":0,"modelName":"","turbApp":[null,null]}}
            """)
        #expect(found.userPlugins.map(\.node) == ["b", "c"])
        #expect(found.userPlugins.map(\.model.description) == ["pump", "htx"])
        #expect(found.pluginModels == ["heat_integration"])
    }

    @Test func nodesWithSimulationsAreFound() throws {
        let found = try flowsheet(
            """
            {"s":{"modelType":2,"modelName":"FlashSizing","turbApp":["Excel","spreadsheet"]},
             "a":{"modelType":2,"modelName":"flash","turbApp":"ACM"},
             "n":{"modelType":2,"modelName":"none","turbApp":null},
             "p":{"modelType":0,"modelName":"","turbApp":null}}
            """)
        #expect(found.simulationNodes.map(\.node) == ["s", "a", "n"])
        #expect(found.simulationNodes.map(\.model.description) == ["FlashSizing", "flash", "none"])
        #expect(found.userPlugins.isEmpty && found.pluginModels.isEmpty)
    }

    @Test(arguments: [
        (#"{"n":{"turbApp":["ACM","abs"]}}"#, "node n of session.foqus needs the application ACM, but its model is no"),
        (
            #"{"n":{"modelType":2,"modelName":"","turbApp":["Excel","spreadsheet"]}}"#,
            "node n of session.foqus runs a simulation with a bad simulation name"
        ),
        (#"{"n":{"turbApp":"ACM"}}"#, #"node n of session.foqus has turbApp "ACM", not [application, model]"#),
        (#"{"n":{"turbApp":[1,2]}}"#, "node n of session.foqus has turbApp [1,2], not [application, model]"),
        (
            #"{"n":{"turbApp":["foqus-user-plugin","m"],"modelName":"../up"}}"#,
            "node n of session.foqus is a user plug-in with a bad simulation name: it holds a slash"
        ),
        ("[]", "session.foqus is no FOQUS session: it has no flowsheet with nodes"),
    ])
    func whatCannotRunIsRefused(nodes: String, message: String) {
        let error = #expect(throws: SimulationError.self) { try flowsheet(nodes) }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }

    @Test func aFileThatIsNotJSONIsRefusedWithItsPlace() {
        let error = #expect(throws: SimulationError.self) { try Flowsheet(session: Array("{\n!".utf8)) }
        #expect(error?.description.hasPrefix("session.foqus is not JSON: line 2, column 1") == true)
    }

    // MARK: files

    @Test func oneSessionAtTheTopIsRight() throws {
        try FlowsheetFiles.verify(["data/table.csv", "session.foqus"], of: SimulationName("mixer"))
    }

    @Test(arguments: [
        (["table.csv"], "simulation mixer has no .foqus file"),
        ([], "simulation mixer has no .foqus file"),
        (["session.foqus", "old/b.foqus"], "simulation mixer has several .foqus files: old/b.foqus, session.foqus"),
        (["mixer.foqus"], "simulation mixer has its flowsheet in mixer.foqus, not in session.foqus"),
        (["sub/session.foqus"], "simulation mixer has its flowsheet in sub/session.foqus, not in session.foqus"),
    ])
    func otherFilesAreRefused(files: [String], message: String) throws {
        let name = try SimulationName("mixer")
        let error = #expect(throws: SimulationError.self) { try FlowsheetFiles.verify(files, of: name) }
        #expect(error?.description.hasPrefix(message) == true)
    }
}

struct LoadPlanTests {
    private static let session =
        #"{"flowsheet":{"nodes":{"p":{"modelType":1,"modelName":"pump","turbApp":["foqus-user-plugin","x"]}}}}"#

    private func write(_ text: String, _ components: String...) throws {
        let path = components.dropFirst().reduce(components[0]) { Path.join($0, $1) }
        try Directory.create(Path.parent(path))
        try File.writeAtomically(Array(text.utf8), to: path)
    }

    @Test func aPluginOfAnotherSimulationIsADependency() async throws {
        try await Workshop.with { workshop in
            try write(Self.session, workshop.simulation, "session.foqus")
            let pump = try SimulationName("pump")
            #expect(try LoadPlan.dependencies(ofSimulationAt: workshop.simulation) == [pump])
            let folder = workshop.path("pump")
            let job = try workshop.job(dependencies: [pump: folder])

            try write("", folder, "pump.py")
            #expect(
                throws: SimulationError(
                    """
                    node p needs the user plug-in pump, but simulation pump has no file foqus-user-plugin.json
                    """)
            ) { try LoadPlan(for: job) }
            try write("{}", folder, "foqus-user-plugin.json")
            let plan = try LoadPlan(for: job)
            #expect(plan.plugins == [folder])
            #expect(plan.session == Path.join(workshop.simulation, "session.foqus"))

            try File.remove(Path.join(folder, "pump.py"))
            #expect(
                throws: SimulationError(
                    "node p needs the user plug-in pump, but simulation pump has no file pump.py")
            ) { try LoadPlan(for: job) }
            let alone = try workshop.job()
            #expect(throws: SimulationError("node p needs simulation pump, which was not staged")) {
                try LoadPlan(for: alone)
            }
        }
    }

    @Test func aPluginInTheSimulationItselfIsNone() async throws {
        try await Workshop.with { workshop in
            try write(Self.session, workshop.simulation, "session.foqus")
            try write("", workshop.simulation, "pump.py")
            #expect(try LoadPlan.dependencies(ofSimulationAt: workshop.simulation).isEmpty)
            #expect(try LoadPlan(for: workshop.job()).plugins == [workshop.simulation])
        }
    }

    private static let composite =
        #"{"flowsheet":{"nodes":{"s":{"modelType":2,"modelName":"tank","turbApp":["Excel","spreadsheet"]}}}}"#

    @Test func theSimulationOfANodeIsADependency() async throws {
        try await Workshop.with { workshop in
            try write(Self.composite, workshop.simulation, "session.foqus")
            let tank = try SimulationName("tank")
            #expect(try LoadPlan.dependencies(ofSimulationAt: workshop.simulation) == [tank])
            let job = try workshop.job(dependencies: [tank: "/cache/0123"])
            #expect(try LoadPlan(for: job).plugins.isEmpty)
            let model = try NodeModel(tank, node: "s", of: job)
            #expect(model.directory == "/cache/0123" && model.fingerprint == "0123" && model.configuration == nil)
            #expect(throws: SimulationError("node s needs simulation tank, which was not staged")) {
                try LoadPlan(for: workshop.job())
            }
        }
    }

    @Test(arguments: ["tank.json", "tank/sinter_configuration.txt"])
    func aModelInTheFlowsheetsSimulationIsNone(file: String) async throws {
        try await Workshop.with { workshop in
            try write(Self.composite, workshop.simulation, "session.foqus")
            try write("{}", workshop.simulation, file)
            #expect(try LoadPlan.dependencies(ofSimulationAt: workshop.simulation).isEmpty)
            let model = try NodeModel(SimulationName("tank"), node: "s", of: workshop.job(fingerprint: "f"))
            #expect(model.configuration == (file == "tank.json" ? "tank.json" : nil))
            #expect(
                model.directory
                    == (file == "tank.json" ? workshop.simulation : Path.join(workshop.simulation, "tank")))
            #expect(model.fingerprint == "f/tank")
        }
    }

    @Test func aMissingSessionIsNamed() async throws {
        try await Workshop.with { workshop in
            let error = #expect(throws: SimulationError.self) {
                try LoadPlan.dependencies(ofSimulationAt: workshop.simulation)
            }
            #expect(error?.description.contains("session.foqus: No such file") == true)
        }
    }
}
