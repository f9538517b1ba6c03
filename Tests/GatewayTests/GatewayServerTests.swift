import EmbeddedStores
import EventLoop
import FOQUSModel
import GatewayClient
import HTTPClient
import HTTPServer
import JSONKit
import Logging
import Stores
import TestSupport
import Testing

@testable import Gateway

/// The whole gateway behind a socket, spoken to by the client library.
@Suite(.timeLimit(.minutes(1))) struct GatewayServerTests {
    private struct Served {
        let harness: Harness
        let server: GatewayServer
        let http: HTTPClient
        let ann: GatewayClient

        func client(_ user: String, _ password: String) throws -> GatewayClient {
            GatewayClient(
                baseURL: "http://127.0.0.1:\(server.port)/dev/",
                credentials: .init(user: try UserName(user), password: password), http: http)
        }
    }

    private static func with(
        bodyLimit: Int = 64 << 20, _ body: (Served) async throws -> Void
    ) async throws {
        try await Harness.with { harness async throws in
            let options = GatewayOptions(http: HTTPServer.Options(bodyLimit: bodyLimit), basePath: "/dev")
            let server = try GatewayServer.start(options, services: harness.services, processor: harness.processor)
            let http = HTTPClient(loop: sharedEventLoop)
            let ann = GatewayClient(
                baseURL: "http://127.0.0.1:\(server.port)/dev/",
                credentials: .init(user: Harness.ann.name, password: "ann:secret"), http: http)
            do {
                try await body(Served(harness: harness, server: server, http: http, ann: ann))
                await http.close()
                await server.stop()
            } catch {
                await http.close()
                await server.stop()
                throw error
            }
        }
    }

    private static func jobs(_ count: Int) -> [JSONObject] {
        (0..<count).map { ["Simulation": "flash column", "Input": ["feed": ["x": .int(Int64($0))]]] }
    }

    @Test func aSessionGoesAllTheWay() async throws {
        try await Self.with { served in
            let client = served.ann
            let simulation = try SimulationName("flash column")
            #expect(try await client.health().isWell)
            #expect(try await client.applications().map(\.name).contains("foqus"))
            try await client.createSimulation(simulation, application: "foqus")
            try await client.putConfiguration(Array(#"{"Type":"FOQUS_Session"}"#.utf8), of: simulation)
            try await client.putInput([0, 1, 255], try RelativePath("data/ü 1.bin"), of: simulation)
            #expect(try await client.input(try RelativePath("data/ü 1.bin"), of: simulation) == [0, 1, 255])
            #expect(try await client.configuration(of: simulation) == Array(#"{"Type":"FOQUS_Session"}"#.utf8))
            #expect(try await client.simulations().map(\.name) == ["flash column"])
            #expect(try await client.simulation(simulation).files.contains("ann/flash column/data/ü 1.bin"))

            let session = try await client.createSession()
            #expect(try await client.sessions() == [session])
            let jobs = try await client.append(Self.jobs(3), to: session)
            #expect(try await client.start(session) == jobs)
            #expect(try await client.makeResultPage(of: session) == 0)
            let voice = WorkerVoice(session: session)
            try await served.harness.publish(jobs.flatMap { voice.life(of: $0) })
            try await eventually("all jobs are finished") { try await client.summary(of: session).finished == 3 }
            #expect(try await client.makeResultPage(of: session) == 1)
            #expect(try await client.resultPage(1, of: session).count == 3)
            let status = try await client.jobs(of: session, page: 2, size: 2, withOutput: true)
            #expect(status.map(\.id) == [jobs[2]])
            #expect(status[0].state == .success && status[0].output == ["graphError": 0])
            #expect(try await client.job(jobs[0]).simulation == "flash column")
            #expect(try await client.files(of: jobs[0], in: session).isEmpty)
            try await client.stop(session)
            try await client.kill(session)
            #expect(try await client.summary(of: session).counts == [.success: 3])
        }
    }

    @Test func refusalsReachTheCallerInTheServersWords() async throws {
        try await Self.with { served in
            let missing: SessionID = served.harness.services.random.identifier()
            let notFound = await #expect(throws: GatewayClientError.self) { try await served.ann.start(missing) }
            #expect(notFound?.code == .status(404))
            #expect(notFound?.text.contains(missing.description) == true)
            let bad = await #expect(throws: GatewayClientError.self) {
                try await served.ann.append([["Simulation": "s"]], to: missing)
            }
            #expect(bad?.code == .status(400))
            #expect(bad?.text.contains("Input not specified") == true)
            let wrong = await #expect(throws: GatewayClientError.self) {
                try await served.client("ann", "wrong").sessions()
            }
            #expect(wrong?.code == .status(403))
            #expect(wrong?.description.contains("wrong password") == true)
        }
    }

    @Test func bodiesOverTheLimitAreRefused() async throws {
        try await Self.with(bodyLimit: 10_000) { served in
            let session = try await served.ann.createSession()
            let refused = await #expect(throws: GatewayClientError.self) {
                try await served.ann.append(Self.jobs(1000), to: session)
            }
            #expect(refused?.code == .status(413))
            #expect(try await served.ann.jobs(of: session).isEmpty)
        }
    }

    @Test func manyUsersAtATimeAreServed() async throws {
        try await Self.with { served in
            let session = try await served.ann.createSession()
            let lists = try await withThrowingTaskGroup(of: [JobID].self) { group in
                for _ in 0..<30 { group.addTask { try await served.ann.append(Self.jobs(10), to: session) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let all = Set(lists.joined())
            #expect(all.count == 300)
            #expect(Set(try await served.ann.jobs(of: session).map(\.id)) == all)
        }
    }

    @Test func aTakenPortIsToldByName() async throws {
        try await Self.with { served in
            let options = GatewayOptions(http: HTTPServer.Options(port: served.server.port))
            let error = #expect(throws: HTTPServerError.self) {
                try GatewayServer.start(
                    options, services: served.harness.services, processor: served.harness.processor)
            }
            #expect(error?.description.contains("\(served.server.port)") == true)
        }
    }

    @Test func nobodyThereIsUnreachable() async throws {
        let http = HTTPClient(loop: sharedEventLoop)
        let client = GatewayClient(baseURL: "http://127.0.0.1:1", credentials: nil, http: http)
        let error = await #expect(throws: GatewayClientError.self) { try await client.createSession() }
        #expect(error?.code == .unreachable && error?.isTransient == true)
        await http.close()
    }
}
