import FOQUSModel
import JSONKit
import TestSupport
import Testing

@testable import ControlCommands

@Suite(.timeLimit(.minutes(1))) struct RunCommandTests {
    private static let flow = [ListedSimulation(name: "flow", application: "foqus")]

    @Test func runsEachRowOfATable() async throws {
        try await withTemporaryDirectory { directory in
            let inputs = try write("calc.x\n1\n2.25\n", to: "in.csv", in: directory)
            let fixture = ControlFixture(simulations: Self.flow)
            #expect(await fixture.run("run", "flow", inputs, "--output", directory + "/out.csv") == 0)
            #expect(
                fixture.console.output == """
                    #  State    calc.x  calc.z
                    1  success       1       2
                    2  success    2.25     4.5

                    """)
            let session = try #require(await fixture.gateway.sessionOrder.first)
            let ids = await fixture.gateway.jobs[session, default: []].map(\.id)
            #expect(
                try text(of: directory + "/out.csv") == """
                    Id,State,input.calc.x,output.calc.z,Message\r
                    \(ids[0]),success,1,2.0,\r
                    \(ids[1]),success,2.25,4.5,\r

                    """)
            #expect(
                fixture.console.messageLines == [
                    "session \(session): 2 jobs of flow started", "2 jobs in 0:00: 2 success",
                    "wrote 2 results to \(directory)/out.csv",
                ])
        }
    }

    @Test func aFailedJobMakesTheStatusOne() async throws {
        try await withTemporaryDirectory { directory in
            let inputs = try write(#"[{"calc.x": 1}, {"calc.x": 2}]"#, to: "in.json", in: directory)
            let fixture = ControlFixture(.init(failing: [0]), simulations: Self.flow)
            #expect(await fixture.run("run", "flow", inputs, "--keep-going") == 1)
            #expect(
                fixture.console.output == """
                    #  State    calc.x  calc.z  Message
                    1  error         1          the model failed,?as "told"
                    2  success       2       4

                    """)
            #expect(
                fixture.console.messageLines.last == "foqusctl: 1 of 2 jobs did not succeed: 1 success, 1 error.")
        }
    }

    @Test func theFirstFailureStopsWhatHasNotBegun() async throws {
        try await withTemporaryDirectory { directory in
            let inputs = try write("calc.x\n1\n2\n3\n4\n", to: "in.csv", in: directory)
            let fixture = ControlFixture(.init(jobsPerStep: 1, failing: [1]), simulations: Self.flow)
            #expect(await fixture.run("run", "flow", inputs) == 1)
            let session = try #require(await fixture.gateway.sessionOrder.first)
            #expect(
                fixture.console.messageLines.last
                    == "foqusctl: stopped at the first failure: 1 success, 1 error, 2 stop."
                    + " Go on with foqusctl session start \(session); --keep-going runs all jobs whatever happens.")
        }
    }

    @Test func keepGoingStopsNothing() async throws {
        try await withTemporaryDirectory { directory in
            let inputs = try write("calc.x\n1\n2\n3\n4\n", to: "in.csv", in: directory)
            let fixture = ControlFixture(.init(jobsPerStep: 1, failing: [1]), simulations: Self.flow)
            #expect(await fixture.run("run", "flow", inputs, "-k") == 1)
            #expect(await !fixture.gateway.calls.contains("stop"))
        }
    }

    @Test func jsonIsOneDocumentInTheOrderOfTheJobs() async throws {
        try await withTemporaryDirectory { directory in
            let inputs = try write("calc.x\n1\n2\n3\n", to: "in.csv", in: directory)
            let fixture = ControlFixture(.init(jobsPerStep: 2), simulations: Self.flow)
            #expect(await fixture.run("run", "flow", inputs, "--json") == 0)
            let document = try fixture.document()
            let session = try #require(await fixture.gateway.sessionOrder.first)
            #expect(document["Session"] == .string(session.description))
            #expect(document["States"] == ["success": 3])
            #expect(document["Results"]?.arrayValue?.map { $0["Input"] } == [1, 2, 3].map { ["calc": ["x": $0]] })
        }
    }

    @Test func manyJobsGoInBatchesAndComeInPages() async throws {
        try await withTemporaryDirectory { directory in
            let count = 10_000
            let rows = (0..<count).map { "\($0)\n" }.joined()
            let inputs = try write("calc.x\n" + rows, to: "in.csv", in: directory)
            let fixture = ControlFixture(.init(jobsPerStep: 700), simulations: Self.flow)
            #expect(await fixture.run("run", "flow", inputs, "-q", "-o", directory + "/out.json") == 0)
            let results = try #require(try JSON.parse(text(of: directory + "/out.json")).arrayValue)
            #expect(results.map { $0["Input"]?["calc"]?["x"]?.intValue } == (0..<count).map { $0 })
            #expect(await fixture.gateway.calls.filter { $0 == "resultPage" }.count > 10)
            #expect(fixture.console.output.split(separator: "\n").count == 42)
            #expect(fixture.console.output.hasSuffix("... 9960 more rows; --output FILE writes them all\n"))
        }
    }

    @Test func badInputSubmitsNothing() async throws {
        try await withTemporaryDirectory { directory in
            let inputs = try write("calc.x\n1\n2,3\n", to: "in.csv", in: directory)
            let fixture = ControlFixture(simulations: Self.flow)
            #expect(await fixture.run("run", "flow", inputs, "--json") == 2)
            #expect(await fixture.gateway.calls.isEmpty)
            let message = "\(inputs), line 3, column 3: the row has 2 cells, the header 1"
            #expect(fixture.console.messageLines == ["foqusctl: \(message)"])
            #expect(try fixture.document() == ["Error": ["Code": "input", "Message": .string(message)]])
        }
    }

    @Test func anUnwritableOutputIsFoundBeforeTheRun() async throws {
        try await withTemporaryDirectory { directory in
            let inputs = try write("calc.x\n1\n", to: "in.csv", in: directory)
            let fixture = ControlFixture(simulations: Self.flow)
            #expect(await fixture.run("run", "flow", inputs, "-o", directory + "/none/out.csv") == 2)
            #expect(await fixture.gateway.calls.isEmpty)
        }
    }

    @Test func anUnknownSimulationIsNamedWithTheKnownOnes() async throws {
        try await withTemporaryDirectory { directory in
            let inputs = try write("calc.x\n1\n", to: "in.csv", in: directory)
            let fixture = ControlFixture(simulations: Self.flow)
            #expect(await fixture.run("run", "flaw", inputs) == 1)
            #expect(
                fixture.console.messages == """
                    foqusctl: the gateway has no simulation flaw; it has flow. Upload it with foqusctl simulation put, \
                    or name a path, as ./flaw.

                    """)
        }
    }

    @Test func aPathIsUploadedFirst() async throws {
        try await withTemporaryDirectory { directory in
            let model = try write(#"{"Type": "FOQUS_Session"}"#, to: "my flow.foqus", in: directory)
            let inputs = try write("calc.x\n1\n", to: "in.csv", in: directory)
            let fixture = ControlFixture()
            #expect(await fixture.run("run", model, inputs) == 0)
            #expect(
                await fixture.gateway.simulationEntries == [ListedSimulation(name: "my_flow", application: "foqus")])
            #expect(await fixture.gateway.uploads.map(\.resource) == [.configuration])
            let job = try #require(await fixture.gateway.jobs.values.first?.first)
            #expect(job.members == ["Input": ["calc": ["x": 1]], "Simulation": "my_flow"])
        }
    }

    @Test func jobsOfOtherSimulationsNameTheirApplication() async throws {
        try await withTemporaryDirectory { directory in
            let inputs = try write("calc.x\n1\n", to: "in.csv", in: directory)
            let fixture = ControlFixture(
                simulations: [ListedSimulation(name: "dryer", application: "foqus-user-plugin")])
            #expect(await fixture.run("run", "dryer", inputs, "--reset") == 0)
            let job = try #require(await fixture.gateway.jobs.values.first?.first)
            #expect(job.members["Application"] == "foqus-user-plugin")
            #expect(job.members["Reset"] == true)
        }
    }

    @Test func detachLeavesTheSessionRunning() async throws {
        try await withTemporaryDirectory { directory in
            let inputs = try write("calc.x\n1\n", to: "in.csv", in: directory)
            let fixture = ControlFixture(simulations: Self.flow)
            #expect(await fixture.run("run", "flow", inputs, "--detach") == 0)
            let session = try #require(await fixture.gateway.sessionOrder.first)
            #expect(fixture.console.output == "\(session)\n")
            #expect(await fixture.gateway.calls.last == "start")
            #expect(fixture.console.messages.contains("come back with: foqusctl session wait \(session)\n"))
        }
    }

    @Test func aFailedAppendLeavesNothingRunning() async throws {
        try await withTemporaryDirectory { directory in
            let inputs = try write("calc.x\n1\n", to: "in.csv", in: directory)
            let fixture = ControlFixture(
                .init(errors: ["append": [ControlError(.refused, "no.")]]), simulations: Self.flow)
            #expect(await fixture.run("run", "flow", inputs) == 1)
            #expect(fixture.console.messages == "foqusctl: no. Nothing was started.\n")
            #expect(await fixture.gateway.calls.suffix(2) == ["append", "kill"])
        }
    }

    @Test func aTimeoutLeavesTheSessionRunning() async throws {
        try await withTemporaryDirectory { directory in
            let inputs = try write("calc.x\n1\n", to: "in.csv", in: directory)
            let fixture = ControlFixture(.init(stuck: [0]), simulations: Self.flow)
            #expect(await fixture.run("run", "flow", inputs, "--timeout", "90s") == 1)
            let session = try #require(await fixture.gateway.sessionOrder.first)
            #expect(
                fixture.console.messageLines.last
                    == "foqusctl: session \(session) is not finished after 1:30; it goes on running.")
            #expect(await !fixture.gateway.calls.contains("kill"))
        }
    }

    @Test func theSecondInterruptKillsTheSession() async throws {
        try await withTemporaryDirectory { directory in
            let inputs = try write("calc.x\n1\n2\n", to: "in.csv", in: directory)
            let fixture = ControlFixture(.init(stuck: [1]), simulations: Self.flow)
            let interrupts = fixture.interrupts
            await fixture.gateway.onSummary { if $0 == 3 || $0 == 6 { interrupts.raise(.interrupt) } }
            #expect(await fixture.run("run", "flow", inputs) == 130)
            let session = try #require(await fixture.gateway.sessionOrder.first)
            #expect(fixture.console.messages.contains("Ctrl-C again kills the session"))
            #expect(fixture.console.messageLines.last == "foqusctl: session \(session) was killed.")
            #expect(fixture.console.output.contains("2  terminate"))
        }
    }

    @Test func leavingSaysHowToComeBack() async throws {
        try await withTemporaryDirectory { directory in
            let inputs = try write("calc.x\n1\n", to: "in.csv", in: directory)
            let fixture = ControlFixture(.init(stuck: [0]), simulations: Self.flow)
            let interrupts = fixture.interrupts
            await fixture.gateway.onSummary { if $0 == 2 { interrupts.raise(.leave) } }
            #expect(await fixture.run("run", "flow", inputs) == 130)
            let session = try #require(await fixture.gateway.sessionOrder.first)
            #expect(fixture.console.messages.contains("end it:         foqusctl session kill \(session)\n"))
            #expect(await !fixture.gateway.calls.contains("kill"))
        }
    }
}
