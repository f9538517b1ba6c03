import FOQUSModel
import FileKit
import GatewayClient
import JSONKit
import ProcessKit
import TestSupport
import Testing

/// The flowsheets of Examples/ through gateway, queue, worker and the real FOQUS engine.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ExampleTests {
    @Test func runsATableOfInputsFromStartToEnd() async throws {
        try await Deployment.with { deployment in
            try await deployment.startGateway()
            let worker = try await deployment.startWorker()
            let flowsheet = Installation.example("simple/session.foqus")
            let inputs = Installation.example("inputs/simple-20.csv")

            let run = try await deployment.foqusctl("run", flowsheet, inputs, "--output", "x.json")
            try #require(run.status == 0, "\(run)")
            try await checkMixer(Path.join(deployment.directory, "x.json"), count: 20)

            // The simulation is there now; the same as a table and as one document.
            let again = try await deployment.foqusctl("run", "session", inputs, "--output", "x.csv", "--json")
            try #require(again.status == 0, "\(again)")
            let document = try JSON.parse(again.output)
            #expect(document["Finished"]?.intValue == 20)
            let lines = try text(Path.join(deployment.directory, "x.csv")).split(separator: "\r\n")
            #expect(lines.count == 21)
            #expect(lines.first?.contains("output.mixer.T_out") == true)
            try await worker.stop()
        }
    }

    @Test(arguments: KnownAnswer.all)
    func givesTheKnownAnswer(known: KnownAnswer) async throws {
        try await Deployment.with { deployment in
            try await deployment.startGateway()
            try await deployment.startWorker()
            for folder in known.plugins { try await deployment.upload(folder, as: Path.lastComponent(folder)) }
            try await deployment.upload(known.flowsheet, as: "known")
            let session = try await deployment.submit("known", [known.input])
            try await session.untilFinished()
            let record = try #require(try await session.records().first)
            for (side, node, variable, wanted) in known.values {
                let value = record["Output"]?[side]?[node]?[variable]?.doubleValue
                #expect(value.map { abs($0 - wanted) <= known.tolerance } == true, "\(node).\(variable): \(record)")
            }
        }
    }

    @Test func aPluginsErrorIsTheJobs() async throws {
        try await Deployment.with { deployment in
            try await deployment.startGateway()
            try await deployment.startWorker()
            try await deployment.upload(Installation.example("plugin/pump"), as: "pump")
            try await deployment.upload(Installation.example("plugin/session.foqus"), as: "plugin")
            let session = try await deployment.submit("plugin", [["pump": ["efficiency": 0]], [:]])
            try await session.untilFinished()
            #expect(try await session.states() == [.error, .success])
        }
    }

    @Test func aFailureIsThatOfItsJobOnly() async throws {
        try await Deployment.with { deployment in
            try await deployment.startGateway()
            let worker = try await deployment.startWorker()
            try await deployment.upload(Installation.example("failing/session.foqus"), as: "failing")
            let modes = ["raise", "ok", "crash", "ok", "exit", "NaN", "-Infinity", "kill", "ok"]
            let session = try await deployment.submit("failing", modes.map { ["calc": ["mode": .string($0)]] })
            try await session.untilFinished()
            let jobs = try await session.client.jobs(of: session.id, withOutput: true)
            for (mode, job) in zip(modes, jobs) {
                let value = job.output?["output"]?["calc"]?["y"]
                switch mode {
                case "ok":
                    #expect(job.state == .success && value?.doubleValue == 2, "\(mode): \(job)")
                case "NaN", "-Infinity":
                    #expect(job.state == .success && value == .string(mode), "\(mode): \(job)")
                default:
                    #expect(job.state == .error && job.message?.contains("calc") == true, "\(mode): \(job)")
                }
            }
            try await worker.stop()
        }
    }

    @Test func killsARunThatDoesNotEnd() async throws {
        try await Deployment.with { deployment in
            try await deployment.startGateway()
            try await deployment.startWorker()
            try await deployment.upload(Installation.example("hanging/session.foqus"), as: "hanging")
            let session = try await deployment.submit(
                "hanging", ["sleep", "child"].map { ["wait": ["seconds": 3600, "mode": .string($0)]] })
            try await session.until(.running, 0)
            try await session.until(.running, 1)
            try await session.client.kill(session.id)
            #expect(try await session.states() == [.terminate, .terminate])
            // A runner goes with a run that was killed in it.
            try await eventually("the runs are gone") { Strays.processes(below: deployment.directory).isEmpty }
            // The worker's places are free again.
            let next = try await deployment.submit("hanging", [["wait": ["seconds": 0]]])
            try await next.untilFinished()
            #expect(try await next.states() == [.success])
        }
    }

    @Test func endsARunAfterItsTimeout() async throws {
        try await Deployment.with(TestSettings(jobTimeout: 2)) { deployment in
            try await deployment.startGateway()
            try await deployment.startWorker()
            try await deployment.upload(Installation.example("hanging/session.foqus"), as: "hanging")
            let session = try await deployment.submit(
                "hanging", [["wait": ["seconds": 3600]], ["wait": ["seconds": 0]]])
            try await session.untilFinished()
            let jobs = try await session.client.jobs(of: session.id)
            #expect(jobs.map(\.state) == [.error, .success])
            #expect(jobs[0].message?.contains("timeout") == true)
        }
    }

    // MARK: steps

    /// Has the formula checked by the program that comes with the examples.
    private func checkMixer(_ results: String, count: Int) async throws {
        let check = try await FinishedCommand.run(
            Command(
                try Installation.python(),
                [Installation.example("check_simple.py"), results, "--count", String(count)],
                environment: Machinery.environment))
        #expect(check.status == 0, "\(check)")
    }

    private func text(_ path: String) throws -> String { String(decoding: try File.read(path), as: UTF8.self) }
}
