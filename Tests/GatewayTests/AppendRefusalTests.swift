import EmbeddedStores
import FOQUSModel
import HTTPServer
import JSONKit
import Logging
import Stores
import TestSupport
import Testing

@testable import Gateway

/// Bad lists of jobs: refused whole, with the place and the reason.
@Suite(.timeLimit(.minutes(1))) struct AppendRefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let body: String
        let reason: String
        init(_ body: String, _ reason: String) {
            self.body = body
            self.reason = reason
        }
        var testDescription: String { String(body.prefix(60)) }
    }

    private static let good = #"{"Simulation":"s","Input":{}}"#

    static let cases = [
        Case("", "not JSON"), Case("[", "not JSON"), Case("[{\"Simulation\":\"s\",}]", "not JSON"),
        Case("[\(good)] x", "not JSON"), Case("{\"Simulation\":\"s\",\"Input\":{}}", "a JSON object, not an array"),
        Case("null", "a JSON null, not an array"), Case("[1]", "(index=0):  Not an object but number"),
        Case("[\(good),{\"Input\":{}}]", "(index=1):  Simulation not specified"),
        Case("[{\"Simulation\":\"\",\"Input\":{}}]", "(index=0):  Simulation not specified"),
        Case("[{\"Simulation\":7,\"Input\":{}}]", "(index=0):  Simulation is number"),
        Case("[{\"Simulation\":\"s\"}]", "(index=0):  Input not specified"),
        Case("[{\"Simulation\":\"s\",\"Input\":[1]}]", "(index=0):  Input is array"),
        Case("[{\"Simulation\":\"s\",\"Input\":\"x\"}]", "(index=0):  Input is string"),
        Case("[{\"Simulation\":\"s\",\"Input\":{},\"Reset\":\"yes\"}]", "(index=0):  Reset is string"),
        Case("[{\"Simulation\":\"s\",\"Input\":{},\"Application\":\"a b\"}]", "(index=0):  Application"),
        Case("[{\"Simulation\":\"..\",\"Input\":{}}]", "(index=0):  bad simulation name"),
        Case("[{\"Simulation\":\"a/b\",\"Input\":{}}]", "(index=0):  bad simulation name"),
        Case("[{\"Simulation\":\"a\\u0000b\",\"Input\":{}}]", "(index=0):  bad simulation name"),
        Case(
            "[{\"Simulation\":\"\(String(repeating: "x", count: 10_240))\",\"Input\":{}}]",
            "(index=0):  bad simulation name"),
        Case(
            "[{\"Simulation\":\"s\",\"Input\":{\"a\":\(String(repeating: "[", count: 5000))\(String(repeating: "]", count: 5000))}}]",
            "not JSON"),
    ]

    @Test(arguments: cases)
    func nothingIsAppended(bad: Case) async throws {
        try await Harness.with { harness async throws in
            let session: SessionID = harness.services.random.identifier()
            let response = try await harness.send("POST", "/session/\(session)", bad.body)
            #expect(response.status == 400)
            #expect(response.text.hasPrefix("Failed to append jobs: Error: "))
            #expect(response.text.contains(bad.reason), "\(response.text.prefix(300))")
            #expect(response.body.count < 1000)
            #expect(try await harness.send("GET", "/session/\(session)").status == 404)
        }
    }

    @Test func anInvalidUTF8BodyIsRefused() async throws {
        try await Harness.with { harness async throws in
            let session: SessionID = harness.services.random.identifier()
            #expect(
                try await harness.send("POST", "/session/\(session)", [0x5b, 0x22, 0xff, 0x22, 0x5d]).status == 400)
        }
    }

    @Test func anUnknownSimulationIsTheWorkersToReport() async throws {
        try await Harness.with { harness async throws in
            let session: SessionID = harness.services.random.identifier()
            let ids = try await harness.json(
                "POST", "/session/\(session)", Harness.jobs(1, simulation: "no-such-model"))
            #expect(ids.arrayValue?.count == 1)
        }
    }

    @Test func anEmptyListIsAppended() async throws {
        try await Harness.with { harness async throws in
            let session: SessionID = harness.services.random.identifier()
            #expect(try await harness.json("POST", "/session/\(session)", "[]") == [])
            #expect(try await harness.json("GET", "/session/\(session)") == [])
        }
    }

    @Test func membersThatNobodyKnowsReachTheWorker() async throws {
        try await Harness.with { harness async throws in
            let session: SessionID = harness.services.random.identifier()
            let body = #"[{"Id":"mine","Simulation":"s","Input":{"é":"ü"},"Reset":true,"Note":{"a":[1,2.5]}}]"#
            let id = try await harness.json("POST", "/session/\(session)", body).ids(JobID.self)[0]
            _ = try await harness.json("POST", "/session/\(session)/start")
            let message = try #require(
                try await harness.backend.queue.receive(limit: 1, visibility: .seconds(9), wait: .zero).first)
            let json = try JSON.parse(message.body)
            #expect(json["Id"] == .string(id.description))
            #expect(json["Note"] == ["a": [1, 2.5]] && json["Input"] == ["é": "ü"] && json["Reset"] == true)
            #expect(message.attributes["username"] == "ann" && message.attributes["application"] == "foqus")
        }
    }
}
