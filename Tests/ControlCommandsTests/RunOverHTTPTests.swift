import FOQUSModel
import HTTPServer
import JSONKit
import TestSupport
import Testing
import Threading

@testable import ControlCommands

@Suite(.timeLimit(.minutes(1))) struct RunOverHTTPTests {
    @Test func aRunFromUploadToResults() async throws {
        try await withTemporaryDirectory { directory in
            _ = try write(#"{"Type": "FOQUS_Session"}"#, to: "model/flow two.foqus", in: directory)
            _ = try write("a,b", to: "model/data/é 1.csv", in: directory)
            let inputs = try write("calc.x\n1\n2\n3\n", to: "in.csv", in: directory)
            try await FakeGatewayServer.with(.init(jobsPerStep: 1, failing: [1])) { server in
                let output = directory + "/out.csv"
                let code = await server.fixture.run(
                    "run", directory + "/model/", inputs, "--keep-going", "--output", output)
                #expect(code == 1)
                let table = try RelativePath("data/é 1.csv")
                #expect(await server.gateway.uploads.map(\.resource) == [.file(table), .configuration])
                let rows = try text(of: output).split(separator: "\r\n").prefix(2).map { row in
                    row.split(separator: ",").dropFirst().prefix(3).map(String.init)
                }
                #expect(rows == [["State", "input.calc.x", "output.calc.z"], ["success", "1", "2.0"]])
                #expect(
                    server.fixture.console.output == """
                        #  State    calc.x  calc.z  Message
                        1  success       1       2
                        2  error         2          the model failed,?as "told"
                        3  success       3       6

                        """)
            }
        }
    }

    @Test func thousandsOfJobs() async throws {
        try await withTemporaryDirectory { directory in
            let inputs = try write("calc.x\n" + (0..<4_500).map { "\($0)\n" }.joined(), to: "in.csv", in: directory)
            try await FakeGatewayServer.with(.init(jobsPerStep: 700)) { server in
                #expect(await server.fixture.run("run", "flow", inputs, "--json") == 0)
                let results = try #require(try server.fixture.document()["Results"]?.arrayValue)
                #expect(results.map { $0["Input"]?["calc"]?["x"]?.intValue } == (0..<4_500).map { $0 })
                let session = try #require(await server.gateway.sessionOrder.first).description
                let again = server.fixture.withConsole(TestConsole())
                #expect(await again.run("session", "results", session, "--json") == 0)
                #expect(try again.document() == .array(results))
            }
        }
    }

    @Test func aWrongPasswordIsNamed() async throws {
        try await FakeGatewayServer.with(password: "wrong") { server in
            #expect(await server.fixture.run("session", "list") == 1)
            #expect(
                server.fixture.console.messages == """
                    foqusctl: the gateway at \(server.address) does not accept user ann with this password. \
                    Check --user or FOQUS_USER, and FOQUS_PASSWORD or --password-file.

                    """)
        }
    }

    @Test(arguments: [
        (400, "cannot list sessions: the gateway refused (400): odd thing."),
        (404, "cannot list sessions: odd thing."),
        (413, "cannot list sessions: it is too large for the gateway. Its setting body_limit says how much it takes."),
        (500, "cannot list sessions: the gateway failed (500): odd thing."),
        (503, "cannot list sessions: the gateway is busy (503): odd thing."),
    ])
    func refusalsAreToldInWords(_ status: Int, _ message: String) async throws {
        let answer = { @Sendable (_: HTTPRequest) in HTTPResponse?(HTTPResponse(status: status, text: "odd\nthing")) }
        try await FakeGatewayServer.with(answer: answer) { server in
            #expect(await server.fixture.run("session", "list") == 1)
            #expect(server.fixture.console.messages == "foqusctl: \(message)\n")
        }
    }

    @Test func anythingElseThatAnswersIsNoGateway() async throws {
        let answer = { @Sendable (_: HTTPRequest) in HTTPResponse?(HTTPResponse(status: 200, text: "<html>")) }
        try await FakeGatewayServer.with(answer: answer) { server in
            #expect(await server.fixture.run("session", "list", "--json") == 1)
            #expect(
                server.fixture.console.messages.hasPrefix(
                    "foqusctl: what answers at \(server.address) is no FOQUS gateway: "))
            let document = try server.fixture.document()
            #expect(document["Error"]?["Code"] == "refused")
        }
    }

    @Test func nobodyThereIsToldWithTheRemedy() async throws {
        let address = try await FakeGatewayServer.with { $0.address }
        try await FakeGatewayServer.with { server in
            var fixture = server.fixture
            fixture.variables["FOQUS_GATEWAY"] = address
            #expect(await fixture.run("session", "list") == 1)
            #expect(
                fixture.console.messages == """
                    foqusctl: cannot reach the gateway at \(address): Connection refused. Is foqus-gateway running? \
                    Set --gateway or FOQUS_GATEWAY.

                    """)
        }
    }

    @Test func aGatewayThatFailsForAWhileIsWaitedFor() async throws {
        let failures = Locked(3)
        let answer: @Sendable (HTTPRequest) -> HTTPResponse? = { request in
            guard request.queryValue("summary") != nil else { return nil }
            let fails = failures.withLock { left in
                left -= 1
                return left >= 0
            }
            return fails ? HTTPResponse(status: 503, text: "starting") : nil
        }
        try await FakeGatewayServer.with(answer: answer) { server in
            let session = try await server.gateway.createSession()
            _ = try await server.gateway.append([["Input": [:]]], to: session)
            _ = try await server.gateway.start(session)
            #expect(await server.fixture.run("session", "wait", session.description) == 0)
            #expect(
                server.fixture.console.messageLines.first == """
                    foqusctl: cannot look at session \(session): the gateway is busy (503): starting. \
                    Trying again for a minute.
                    """)
        }
    }
}
