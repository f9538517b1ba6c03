import Executors
import FOQUSModel
import FileKit
import JSONKit
import TestSupport
import Testing

/// Nodes that run simulations, in the real engine.
@Suite(.timeLimit(.minutes(4)))
struct EngineNodeTests {
    @Test func aNodeRunsItsSimulation() async throws {
        let tank = FakeSimulator { job in
            guard let flow = job.input["feed.flow"]?.doubleValue, let hours = job.input["hours"]?.doubleValue else {
                return .failed(message: "no flow", output: nil)
            }
            if flow > 100 { return .failed(message: "the tank is too large", output: nil) }
            return .success(
                output: [
                    "volume": ["value": .number(flow * hours), "units": "m3"],
                    "status": ["value": 0, "units": ""],
                ])
        }
        try await EngineBench.with(simulations: ["Excel": tank]) { bench in
            let composite = Engine.example("composite")
            #expect(try await bench.executor.dependencies(ofSimulationAt: composite).map(\.description) == ["tank"])
            let folder = bench.workshop.path("tank")
            try Directory.create(folder)
            func run(_ input: JSON) async throws -> Outcome {
                await bench.executor.run(
                    try bench.workshop.job(
                        input: input, timeout: .seconds(120), in: composite,
                        dependencies: [SimulationName("tank"): folder]))
            }
            let defaults = try await run([:])
            #expect(defaults.isClose("feed", "volume_flow", 3), "\(defaults)")
            #expect(defaults.isClose("tank", "volume", 6) && defaults.isClose("tank", "cost", 6000), "\(defaults)")
            let other = try await run(["feed": ["mass_flow": 1600], "tank": ["hours": 3]])
            #expect(other.isClose("tank", "volume", 6), "\(other)")
            let failure = try await run(["feed": ["mass_flow": 1e6]]).failure
            #expect(
                failure?.hasSuffix("node tank: 7: Turbine simulation error: the tank is too large") == true,
                "\(failure ?? "no failure")")
            #expect(bench.runners.count == 1)
        }
    }

    /// A published workbook, and what Turbine recorded for it on Windows.
    private static let sizing = Engine.fixtures.map { Path.join(Path.parent($0), "sinter") }
        .flatMap { File.exists(Path.join($0, "FlashSizing.xlsx")) ? $0 : nil }

    @Test(.enabled(if: sizing != nil, "the fixtures are not beside this package"))
    func aPublishedWorkbookGivesWhatTurbineRecorded() async throws {
        let fixtures = try #require(Self.sizing)
        try await Workshop.with { workshop in
            let office = SinterExecutor(
                .spreadsheet,
                RunnerOptions(
                    program: "/usr/bin/python3", environment: ["PYTHONPATH": Path.join(Engine.package, "Runners")],
                    processes: 1, workDirectory: workshop.path("work"), settingsSection: "application.Excel"),
                supervisor: Shared.supervisor, loop: Shared.loop, log: Shared.silence)
            try await EngineBench.with(simulations: ["Excel": office]) { bench in
                // The example's flowsheet with this workbook in the place of its own.
                var text = try Look.text(Path.join(Engine.example("composite"), "session.foqus"))
                for (mine, theirs) in [
                    ("\"modelName\": \"tank\"", "\"modelName\": \"FlashSizing\""), ("feed.flow", "LIQVOLFLOW"),
                    ("hours", "RESIDENCETIME"), ("\"volume\"", "\"FLASHVESSELVOL\""),
                    ("f[\\\"volume\\\"]", "f[\\\"FLASHVESSELVOL\\\"]"),
                ] {
                    #expect(text.contains(mine), "\(mine)")
                    text = text.replacing(mine, with: theirs)
                }
                let folder = workshop.path("flowsheet")
                try Directory.create(folder)
                try File.write(Array(text.utf8), to: Path.join(folder, "session.foqus"))
                for file in ["FlashSizing.json", "FlashSizing.xlsx"] {
                    try File.copy(from: Path.join(fixtures, file), to: Path.join(folder, file))
                }
                for (flow, volume) in [(0.0593136646, 0.009885610766666667), (0.118627329, 0.0197712215)] {
                    let input: JSON = [
                        "feed": ["mass_flow": .number(flow), "density": 1], "tank": ["RESIDENCETIME": 5],
                    ]
                    let outcome = try await bench.run(folder, input)
                    let value = outcome.value("tank", "FLASHVESSELVOL") ?? .nan
                    #expect(abs(value - volume) < 1e-15, "\(outcome)")
                }
            }
            await office.shutdown()
        }
    }
}
