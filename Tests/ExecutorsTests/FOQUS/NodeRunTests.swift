import FOQUSModel
import FileKit
import JSONKit
import TestSupport
import Testing

@testable import Executors

/// Calls of a runner for the simulations of nodes, and what is answered. The runner is a script.
@Suite(.timeLimit(.minutes(2)))
struct NodeRunTests {
    /// A call of the node `tank`; members of the event that differ come in `changes`.
    private static func call(_ changes: JSONObject = [:], timeout: JSON = .null) -> String {
        var event: JSONObject = [
            "event": "call", "call": 1, "node": "tank", "simulation": "tank", "application": "Excel",
            "input": ["flow": 1.5], "reset": true, "initialize": false, "visible": false, "timeout": timeout,
        ]
        for (name, value) in changes { event[name] = value }
        let members = JSON.object(event).text().dropFirst()
        return #"printf '{"id":"%s",%s\n' "$id" '\#(members)'"#
    }

    /// A run that calls, and whose output is the answer.
    private static func calling(_ call: String = NodeRunTests.call()) -> String {
        FakeRunner.started + "; \(call); read -r answer; case $answer in *'\"op\":\"terminate\"'*) "
            + FakeRunner.result("terminate")
            + " ;; *) say \"$answer\" > \"$jobdir/output.json\"; " + FakeRunner.result("success") + " ;; esac"
    }

    private struct Bench {
        let workshop: Workshop
        let fake: FakeRunner
        let executor: FOQUSExecutor
        let tank: String

        func job(timeout: Duration? = .seconds(30)) throws -> JobRun {
            try workshop.job(timeout: timeout, dependencies: [SimulationName("tank"): tank])
        }

        /// The runner's answer.
        func answer() async throws -> JSON {
            let outcome = await executor.run(try job()) {}
            return try #require(outcome.output, "\(outcome)")
        }
    }

    /// - Parameter files: of the simulation `tank`.
    private func with(
        _ simulators: [String: any Executor], run: String = NodeRunTests.calling(),
        files: [String: String] = ["model.txt": "x", "data/table.csv": "1"],
        _ body: (Bench) async throws -> Void
    ) async throws {
        try await Workshop.with { workshop in
            let tank = workshop.path("cache/0123")
            for (name, text) in files {
                let path = Path.join(tank, name)
                try Directory.create(Path.parent(path))
                try File.write(Array(text.utf8), to: path)
            }
            try Directory.create(tank)
            let fake = try await FakeRunner(workshop, run: run)
            let executor = fake.executor(simulations: ExecutorRegistry(simulators))
            try await body(Bench(workshop: workshop, fake: fake, executor: executor, tank: tank))
            await executor.shutdown()
            // Folders of the nodes' runs.
            #expect(try Look.names(in: workshop.directory).filter { $0.hasPrefix("node") } == [])
        }
    }

    @Test func theApplicationsExecutorRunsTheSimulation() async throws {
        let simulator = FakeSimulator { job in
            let files = (try? Directory.files(under: job.directory)) ?? []
            try? File.write([1], to: Path.join(job.directory, "result.txt"))
            return .success(output: ["files": .array(files.map(JSON.string)), "volume": ["value": 0.3, "units": "m3"]])
        }
        try await with(["excel": simulator]) { bench in
            let job = try bench.job()
            let outcome = await bench.executor.run(job) {}
            let answer = try #require(outcome.output, "\(outcome)")
            #expect(answer["op"] == "answer" && answer["call"] == 1 && answer["state"] == "success")
            #expect(answer["id"]?.stringValue == job.attempt.description)
            #expect(answer["status"] == 0 && answer["messages"] == "")
            #expect(
                answer["output"] == [
                    "files": ["value": ["data/table.csv", "job.json", "model.txt"], "units": .null],
                    "volume": ["value": 0.3, "units": "m3"],
                ])

            let run = try #require(simulator.runs.first)
            #expect(run.user == job.user && run.job == job.job && run.attempt == job.attempt && run.run != job.run)
            #expect(run.application == "Excel" && run.simulation.description == "tank" && run.input == ["flow": 1.5])
            #expect(run.simulationDirectory == bench.tank && run.fingerprint == "0123")
            #expect(run.conduct.reset && !run.conduct.initialize)
            #expect(try #require(run.timeout) <= .seconds(30))
            // What the model left is the job's; what was staged is not.
            #expect(try Directory.files(under: job.directory) == ["nodes/tank-1/result.txt", "output.json"])
        }
    }

    @Test func aNodesTimeLimitIsTheRuns() async throws {
        let simulator = FakeSimulator(.timedOut(after: .seconds(2)))
        try await with(["excel": simulator], run: Self.calling(Self.call(timeout: 2))) { bench in
            let answer = try await bench.answer()
            #expect(answer["state"] == "terminate" && answer["status"] == 7 && answer["output"] == .null)
            #expect(simulator.runs.first?.timeout == .seconds(2))
        }
    }

    @Test func aFailureIsTheNodes() async throws {
        let simulator = FakeSimulator { job in
            try? File.write(Array("sheet 1 is odd\n".utf8), to: Path.join(job.directory, "messages.txt"))
            return .failed(message: "no convergence", output: ["status": ["value": 9, "units": ""]])
        }
        try await with(["excel": simulator]) { bench in
            let answer = try await bench.answer()
            #expect(answer["state"] == "error" && answer["status"] == 9)
            #expect(answer["messages"] == "no convergence\nsheet 1 is odd")
        }
    }

    @Test func aFaultOfTheMachineIsTheJobs() async throws {
        let failing = FakeRunner.result("error", reason: "flowsheet", message: "node tank failed")
        let run = FakeRunner.started + "; \(Self.call()); read -r answer; \(failing)"
        try await with(["excel": FakeSimulator(.infrastructure(message: "no office"))], run: run) { bench in
            let outcome = await bench.executor.run(try bench.job()) {}
            #expect(outcome == .infrastructure(message: "node tank: no office"))
        }
    }

    @Test func cancellingTheJobEndsTheSimulation() async throws {
        let simulator = FakeSimulator { _ in
            try? await Task.sleep(for: .seconds(600))
            return Task.isCancelled ? .cancelled : .success(output: [:])
        }
        try await with(["excel": simulator]) { bench in
            let job = try bench.job()
            let task = Task { await bench.executor.run(job) {} }
            try await eventually("the simulation runs") { !simulator.runs.isEmpty }
            task.cancel()
            #expect(await task.value == .cancelled)
            #expect(simulator.ended == 1)
        }
    }

    @Test func theJobsTimeHoldsDuringACall() async throws {
        let simulator = FakeSimulator { _ in
            try? await Task.sleep(for: .seconds(600))
            return .cancelled
        }
        try await with(["excel": simulator]) { bench in
            let outcome = await bench.executor.run(try bench.job(timeout: .milliseconds(200))) {}
            #expect(outcome == .timedOut(after: .milliseconds(200)))
            #expect(simulator.ended == 1)
        }
    }

    @Test func severalCallsComeOneAfterTheOther() async throws {
        let run =
            FakeRunner.started
            + (1...3).map { "; \(Self.call(["call": .int(Int64($0))])); read -r answer" }.joined()
            + "; say \"$answer\" > \"$jobdir/output.json\"; " + FakeRunner.result("success")
        let simulator = FakeSimulator { job in
            try? File.write([1], to: Path.join(job.directory, "r"))
            return .success(output: [:])
        }
        try await with(["excel": simulator], run: run) { bench in
            let job = try bench.job()
            let outcome = await bench.executor.run(job) {}
            #expect(outcome.output?["call"] == 3)
            #expect(Set(simulator.runs.map(\.run)).count == 3)
            #expect(
                try Directory.files(under: Path.join(job.directory, "nodes")) == ["tank-1/r", "tank-2/r", "tank-3/r"])
        }
    }

    // MARK: what runs it

    @Test(arguments: [
        ("AspenPlus", "Aspen Plus"), ("ACM", "aspencustommodeler"), ("GProms", "gPROMS"), ("excel", "Excel"),
    ])
    func anApplicationHasSeveralNames(told: String, ours: String) async throws {
        let simulator = FakeSimulator(.success(output: [:]))
        try await with(
            [ours: simulator, "script": FakeSimulator(.cancelled)],
            run: Self.calling(Self.call(["application": .string(told)]))
        ) { bench in
            let answer = try await bench.answer()
            #expect(answer["state"] == "success")
            #expect(simulator.runs.count == 1)
        }
    }

    private static let configuration = """
        {"title": "t", "description": "", "author": "", "date": "", "config-version": "1.0",
         "filetype": "sinterconfig", "filetype-version": 0.3,
         "application": {"name": "Excel", "version": "", "constraint": "ANY"}, "model": {"file": "tank.xlsx"},
         "input-files": [], "inputs": {}, "outputs": {}}
        """

    @Test func theConfigurationTellsTheApplicationThatFOQUSDidNotNote() async throws {
        let simulator = FakeSimulator(.success(output: [:]))
        try await with(
            ["excel": simulator], run: Self.calling(Self.call(["application": .null])),
            files: ["tank.json": Self.configuration]
        ) { bench in
            let answer = try await bench.answer()
            #expect(answer["state"] == "success")
        }
    }

    @Test func whatCannotRunIsTheNodesFailure() async throws {
        let simulator = FakeSimulator(.success(output: [:]))
        func message(
            _ simulators: [String: any Executor], _ changes: JSONObject = [:],
            files: [String: String] = ["model.txt": ""]
        ) async throws -> String {
            var text = ""
            try await with(simulators, run: Self.calling(Self.call(changes)), files: files) { bench in
                let answer = try await bench.answer()
                #expect(answer["state"] == "error" && answer["status"] == 1)
                text = answer["messages"]?.stringValue ?? ""
            }
            return text
        }
        #expect(
            try await message(["script": simulator])
                == "simulation tank needs the application Excel, which this worker does not have; it has: script")
        #expect(
            try await message(["script": simulator], ["application": .null])
                == "simulation tank has no Sinter configuration that tells its application; it has: script")
        #expect(
            try await message(["excel": simulator], ["simulation": "other"])
                == "node tank needs simulation other, which was not staged")
        #expect(
            try await message(["excel": simulator], ["simulation": "../up"]).hasPrefix(
                "node tank runs a simulation with a bad simulation name"))
        #expect(
            try await message(["excel": simulator], files: ["broken": ""]) == "simulation tank is broken")
        #expect(
            try await message(["excel": FakeSimulator(.success(output: [1]))])
                == "its output is array, not an object of outputs")
        #expect(simulator.runs.isEmpty)
    }

    @Test func aNodeRunsNoFlowsheet() async throws {
        try await Workshop.with { workshop in
            let inner = try await FakeRunner(workshop).executor()
            try await with(["excel": inner]) { bench in
                let answer = try await bench.answer()
                #expect(
                    answer["messages"] == "simulation tank is of the application Excel: a node runs no flowsheet")
            }
        }
    }

    // MARK: the runner's conduct

    @Test(arguments: [
        call() + "; " + FakeRunner.started,
        FakeRunner.started + "; \(call()); \(call(["call": 2])); sleep 600",
    ])
    func aCallOutOfTurnEndsTheRunner(run: String) async throws {
        let simulator = FakeSimulator { _ in
            try? await Task.sleep(for: .seconds(600))
            return .cancelled
        }
        try await with(["excel": simulator], run: run) { bench in
            let outcome = await bench.executor.run(try bench.job()) {}
            let message = outcome.failure ?? outcome.infrastructure
            #expect(message?.contains("the runner sent call") == true, "\(outcome)")
            #expect(simulator.ended == simulator.runs.count)
        }
    }

    // MARK: names

    @Test(arguments: [
        ("tank", "tank-7"), ("Sizing 2/b", "Sizing_2_b-7"), ("..", "__-7"), ("größe", "gr__e-7"), ("", "-7"),
    ])
    func foldersHaveHarmlessNames(node: String, name: String) {
        #expect(NodeFolder.name(node, 7) == name)
    }
}
