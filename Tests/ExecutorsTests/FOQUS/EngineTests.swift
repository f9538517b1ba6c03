import Executors
import FOQUSModel
import FileKit
import JSONKit
import TestSupport
import Testing
import Threading

/// The real engine on the package's examples, whose answers can be checked by hand (Examples/README.md).
@Suite(.timeLimit(.minutes(4)))
struct EngineTests {
    @Test func examplesGiveTheirKnownValues() async throws {
        try await EngineBench.with { bench in
            let simple = try await bench.run(Engine.example("simple"))
            #expect(simple.isClose("mixer", "flow_out", 3) && simple.isClose("mixer", "T_out", 340), "\(simple)")
            let recycle = try await bench.run(
                Engine.example("recycle"), ["reactor": ["conversion": 0.25], "separator": ["recovery": 0.8]])
            #expect(recycle.isClose("feed", "total_A", 250), "\(recycle)")
            #expect(recycle.isClose("separator", "product_B", 62.5), "\(recycle)")
            #expect(recycle.isClose("separator", "product_A", 37.5), "\(recycle)")
            #expect(bench.runners.count == 2)
        }
    }

    @Test func aUserPluginComesFromItsOwnSimulation() async throws {
        try await EngineBench.with { bench in
            let plugin = Engine.example("plugin")
            #expect(try await bench.executor.dependencies(ofSimulationAt: plugin).map(\.description) == ["pump"])
            #expect(try await bench.run(plugin).isClose("pump", "power", 12.2583125))
            let twice = try await bench.run(plugin, ["pump": ["head": 40]])
            #expect(twice.isClose("pump", "power", 24.516625), "\(twice)")
            let zero = try await bench.run(plugin, ["pump": ["efficiency": 0]]).failure
            #expect(zero?.contains("node pump") == true, "\(zero ?? "no failure")")
            #expect(bench.runners.count == 1)
        }
    }

    @Test func aWarmRunnerServesAllJobsAndForgetsTheirInputs() async throws {
        try await EngineBench.with { bench in
            let simple = Engine.example("simple")
            #expect(
                try await bench.run(simple, ["mixer": ["hot_flow": 7, "hot_T": 310]]).isClose("mixer", "flow_out", 8))
            let rest = try await bench.run(simple, ["mixer": ["cold_flow": 2]])
            #expect(rest.isClose("mixer", "flow_out", 4) && rest.isClose("mixer", "T_out", 330), "\(rest)")
            #expect(bench.runners.count == 1)
            #expect(bench.runners.allSatisfy(Look.isAlive))
        }
    }

    @Test func concurrentJobsGetTheirOwnAnswers() async throws {
        try await EngineBench.with(\.processes, 2) { bench in
            let inputs = try JSON.parse(File.read(Path.join(Engine.example("inputs"), "simple-20.json"))).arrayValue
            try await withThrowingTaskGroup(of: Void.self) { group in
                for input in try #require(inputs) {
                    group.addTask {
                        let outcome = try await bench.run(Engine.example("simple"), input)
                        let (hot, cold) = try (
                            #require(input["mixer"]?["hot_flow"]?.doubleValue),
                            #require(input["mixer"]?["cold_flow"]?.doubleValue)
                        )
                        let heat =
                            try hot * #require(input["mixer"]?["hot_T"]?.doubleValue) + cold * #require(
                                input["mixer"]?["cold_T"]?.doubleValue)
                        #expect(outcome.isClose("mixer", "flow_out", hot + cold), "\(outcome)")
                        #expect(outcome.isClose("mixer", "T_out", heat / (hot + cold)), "\(outcome)")
                    }
                }
                try await group.waitForAll()
            }
            #expect(bench.runners.count == 2)
        }
    }

    @Test func threadModeForgetsInputsToo() async throws {
        try await EngineBench.with(\.mode, .thread) { bench in
            let simple = Engine.example("simple")
            let given = try await bench.run(simple, ["mixer": ["hot_flow": 7]])
            #expect(given.isClose("mixer", "flow_out", 8), "\(given)")
            let rest = try await bench.run(simple)
            #expect(rest.isClose("mixer", "flow_out", 3), "\(rest)")
            #expect(bench.runners.count == 1)
        }
    }

    @Test func aJobLeavesItsFiles() async throws {
        try await EngineBench.with { bench in
            let quiet = try await bench.job(Engine.example("simple"))
            let outcome = await bench.executor.run(quiet)
            #expect(try Look.names(in: quiet.directory) == ["output.json", "results_session.foqus"])
            #expect(outcome == .success(output: try JSON.parse(File.read(Path.join(quiet.directory, "output.json")))))
            let loud = try await bench.job(Engine.example("failing"), ["calc": ["mode": "print", "x": 1]])
            #expect(await bench.executor.run(loud).isClose("calc", "y", 1))
            #expect(try File.size(Path.join(loud.directory, "foqus.log")) >= 1 << 20)
        }
    }

    @Test func anEditedSimulationIsLoadedAnew() async throws {
        try await EngineBench.with { bench in
            let text = try Look.text(Path.join(Engine.example("failing"), "session.foqus"))
            #expect(text.contains("2.0 * value"))
            let edited = bench.workshop.path("edited")
            try Directory.create(edited)
            let file = Path.join(edited, "session.foqus")
            try File.writeAtomically(Array(text.utf8), to: file)
            func run(_ fingerprint: String) async throws -> Outcome {
                await bench.executor.run(
                    try bench.workshop.job(input: ["calc": ["x": 5]], fingerprint: fingerprint, in: edited))
            }
            #expect(try await run("one").isClose("calc", "y", 10))
            let other = text.replacing("2.0 * value", with: "3.0 * value")
            try File.writeAtomically(Array(other.utf8), to: file)
            #expect(try await run("two").isClose("calc", "y", 15))
            #expect(bench.runners.count == 2)
        }
    }

    @Test func recyclingDoesNotShow() async throws {
        try await EngineBench.with(\.recycleJobs, 1) { bench in
            for flow in 1...3 {
                let outcome = try await bench.run(Engine.example("simple"), ["mixer": ["hot_flow": .int(Int64(flow))]])
                #expect(outcome.isClose("mixer", "flow_out", Double(flow + 1)))
            }
            #expect(Set(bench.runners).count == 3)
        }
    }

    // MARK: other flowsheets

    @Test(.enabled(if: Engine.fixtures != nil, "the fixtures are not beside this package"))
    func fixturesGiveTheirKnownValues() async throws {
        let fixtures = try #require(Engine.fixtures)
        try await EngineBench.with { bench in
            func stage(_ file: String) throws -> String {
                let folder = bench.workshop.path(file)
                try Directory.create(folder)
                try File.copy(
                    from: Path.join(fixtures, file + ".foqus"), to: Path.join(folder, "session.foqus"))
                return folder
            }
            let simple = try await bench.run(try stage("Simple_flow"), ["calc": ["x1": -1.5, "x2": 2.25]])
            #expect(simple.isClose("calc", "z", -2.25), "\(simple)")
            let balance = try await bench.run(
                try stage("Mass_Bal_Test_02"), ["React_01": ["Conv": 0.5], "Mix_01": ["FA_In1": 2000]])
            #expect(balance.output?["input"]?["React_01"]?["FA_In"]?.doubleValue.map { abs($0 - 2500) < 0.1 } == true)
            #expect(balance.value("Sep_01", "FA_Top").map { abs($0 - 1000) < 0.1 } == true, "\(balance)")
            let plugin = try stage("plugin")
            try Directory.create(Path.join(plugin, "htx"))
            for file in ["foqus-user-plugin.json", "htx.py"] {
                try File.copy(from: Path.join(fixtures, "plugin/htx", file), to: Path.join(plugin, "htx", file))
            }
            let exchanger = try await bench.run(plugin)
            // NTU = 4/2 and the ratio of the capacities is 2/3: eff = (1 - e)/(1 - 2/3·e) with e = exp(-2/3).
            #expect(exchanger.isClose("htx", "eff", 0.7398003102744122), "\(exchanger)")
            #expect(exchanger.isClose("htx", "Q", 147.96006205488243), "\(exchanger)")
        }
    }
}
