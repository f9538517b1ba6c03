import EmbeddedStores
import FOQUSModel
import HTTPServer
import JSONKit
import Logging
import Stores
import TestSupport
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct OutageTests {
    /// What a route answers while the job table fails with `code`.
    private static func answer(_ code: StoreError.Code) async throws -> (response: HTTPResponse, log: [String]) {
        let plan = FaultPlan()
        return try await Harness.with { harness async throws in
            let gateway = Gateway(services: harness.services.failing(plan, harness.backend.jobs))
            plan.fail(code)
            let session: SessionID = harness.services.random.identifier()
            let request = try #require(
                HTTPRequest(
                    method: "POST", target: "/session/\(session)", headers: ["Authorization": Harness.annSays],
                    body: Array(Harness.jobs(1).utf8)))
            let response = await gateway.respond(to: request)
            plan.recover()
            #expect(try await harness.send("GET", "/session/\(session)").status == 404, "nothing may be half-done")
            return (response, harness.log.entries.map { "\($0.message) \($0.metadata.facts)" })
        }
    }

    @Test(arguments: [StoreError.Code.unavailable, .throttled])
    func anUnreachableStoreAnswers503(code: StoreError.Code) async throws {
        let (response, _) = try await Self.answer(code)
        #expect(response.status == 503)
        #expect(response.headers["Retry-After"] == "5")
    }

    @Test func aFullStoreAnswers507() async throws {
        let (response, _) = try await Self.answer(.full)
        #expect(response.status == 507)
        #expect(response.text.contains("full"))
    }

    @Test func aDamagedStoreAnswers500WithAnIDThatTheLogHas() async throws {
        let (response, log) = try await Self.answer(.corrupt)
        #expect(response.status == 500)
        let id = try #require(response.text.split(separator: ";").first?.split(separator: " ").last)
        #expect(log.contains { $0.contains(id) && $0.contains("the test wants it so") })
        #expect(!response.text.contains("the test wants it so"))
    }

    @Test func healthTellsWhichStoreFails() async throws {
        let plan = FaultPlan()
        try await Harness.with { harness async throws in
            let gateway = Gateway(services: harness.services.failing(plan, harness.backend.jobs))
            let request = try #require(HTTPRequest(method: "GET", target: "/healthz"))
            let well = await gateway.respond(to: request)
            #expect(well.status == 200)
            #expect(
                try JSON.parse(well.body) == [
                    "status": "ok", "stores": ["table": "ok", "objects": "ok", "queue": "ok"],
                ])
            plan.fail(.unavailable)
            let ill = await gateway.respond(to: request)
            #expect(ill.status == 503)
            #expect(try JSON.parse(ill.body)["stores"]?["table"] == "unavailable")
            #expect(try JSON.parse(ill.body)["stores"]?["objects"] == "ok")
        }
    }
}
