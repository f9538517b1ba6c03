import FOQUSModel
import JSONKit
import TestSupport
import Testing

@testable import ControlCommands

@Suite(.timeLimit(.minutes(1))) struct SessionCommandsTests {
    @Test func aSessionFromCreateToResults() async throws {
        try await withTemporaryDirectory { directory in
            let inputs = try write(#"[{"calc.x": 1}, {"calc": {"x": 2}}]"#, to: "jobs.json", in: directory)
            let fixture = ControlFixture()
            let console = fixture.console
            #expect(await fixture.run("session", "create") == 0)
            let session = try #require(await fixture.gateway.sessionOrder.first).description
            #expect(await fixture.run("session", "append", session, inputs, "--simulation", "flow") == 0)
            #expect(await fixture.run("session", "start", session) == 0)
            #expect(await fixture.run("session", "wait", session) == 0)
            #expect(await fixture.run("session", "status", session) == 0)
            #expect(await fixture.run("session", "list") == 0)
            #expect(
                console.output == """
                    \(session)
                    appended 2 jobs to session \(session)
                    started 2 jobs of session \(session)
                    session \(session) is finished
                    session \(session) has 2 jobs: 2 success
                    \(session)

                    """)
            #expect(await fixture.run("session", "results", session, "-o", directory + "/out.csv") == 0)
            #expect(try text(of: directory + "/out.csv").split(separator: "\r\n").count == 3)
        }
    }

    @Test func everyAnswerIsOneDocument() async throws {
        try await withTemporaryDirectory { directory in
            let inputs = try write("calc.x\n1\n", to: "jobs.csv", in: directory)
            let fixture = ControlFixture()
            let gateway = fixture.gateway
            let session = try await gateway.createSession()
            _ = try await gateway.append([["Input": ["calc": ["x": 1]]]], to: session)
            let id = session.description
            for arguments in [
                ["status", id], ["append", id, inputs, "-s", "flow"], ["start", id], ["wait", id], ["results", id],
                ["stop", id], ["kill", id], ["list"], ["create"],
            ] {
                let again = fixture.withConsole(TestConsole())
                #expect(await again.run(["session"] + arguments + ["--json"]) == 0, "\(arguments)")
                #expect(throws: Never.self, "\(arguments)") { try again.document() }
            }
        }
    }

    @Test func killedJobsMakeWaitFail() async throws {
        let fixture = ControlFixture(.init(stuck: [0]))
        let session = try await fixture.gateway.createSession()
        _ = try await fixture.gateway.append([["Input": [:]]], to: session)
        _ = try await fixture.gateway.start(session)
        #expect(await fixture.run("session", "kill", session.description) == 0)
        #expect(fixture.console.output == "session \(session) is killed and has 1 job: 1 terminate\n")
        #expect(await fixture.run("session", "wait", session.description) == 1)
        #expect(fixture.console.messageLines.last == "foqusctl: 1 of 1 job did not succeed: 1 terminate.")
    }

    @Test func waitingForAnUnstartedSessionSaysSo() async throws {
        let fixture = ControlFixture()
        let session = try await fixture.gateway.createSession()
        _ = try await fixture.gateway.append([["Input": [:]]], to: session)
        #expect(await fixture.run("session", "wait", session.description) == 0)
        #expect(fixture.console.output == "session \(session) rests with 1 job not started\n")
    }

    @Test func anInterruptEndsTheWaitingOnly() async throws {
        let fixture = ControlFixture(.init(stuck: [0]))
        let session = try await fixture.gateway.createSession()
        _ = try await fixture.gateway.append([["Input": [:]]], to: session)
        _ = try await fixture.gateway.start(session)
        let interrupts = fixture.interrupts
        await fixture.gateway.onSummary { if $0 == 2 { interrupts.raise(.interrupt) } }
        #expect(await fixture.run("session", "wait", session.description) == 130)
        #expect(await !fixture.gateway.calls.contains("kill"))
    }

    @Test func resultsBeforeAnyAreSaidToBeNone() async throws {
        let fixture = ControlFixture()
        let session = try await fixture.gateway.createSession()
        #expect(await fixture.run("session", "results", session.description) == 0)
        #expect(fixture.console.messages == "session \(session) has no results yet: none\n")
    }

    @Test func inputsComeFromStandardInputToo() async throws {
        let console = TestConsole(input: "calc.x\n1\n2\n")
        let fixture = ControlFixture(console: console)
        let session = try await fixture.gateway.createSession().description
        #expect(
            await fixture.run("session", "append", session, "-", "--input-format", "csv", "--simulation", "flow") == 0)
        #expect(console.output == "appended 2 jobs to session \(session)\n")
        #expect(await fixture.run("session", "append", session, "-", "--simulation", "flow") == 2)
    }

    @Test func whatIsNoSessionIsAUsageError() async throws {
        let fixture = ControlFixture()
        #expect(await fixture.run("session", "status", "17") == 2)
        #expect(fixture.console.messages.contains("\"17\" is not a session's id"))
    }
}
