import EmbeddedStores
import FOQUSModel
import HTTPServer
import JSONKit
import Logging
import Stores
import TestSupport
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct SessionRouteTests {
    @Test func creatingAnswersAQuotedUUID() async throws {
        try await Harness.with { harness async throws in
            let response = try await harness.send("POST", "/session/")
            #expect(response.status == 200)
            #expect(response.headers["Content-Type"] == "application/text")
            let id = try JSON.parse(response.body).stringValue.flatMap { SessionID($0) }
            #expect(response.text == "\"\(try #require(id))\"")
            #expect(try await harness.json("GET", "/session").ids() == [id])
        }
    }

    @Test func aSessionOfNobodyBecomesTheFirstAppenders() async throws {
        try await Harness.with { harness async throws in
            let response = try await harness.send("POST", "/session", as: nil)
            let id = try #require(try JSON.parse(response.body).stringValue)
            #expect(try await harness.send("GET", "/session/\(id)").status == 404)
            #expect(
                try await harness.json("POST", "/session/\(id)", Harness.jobs(1), as: Harness.bobSays).ids(JobID.self)
                    .count == 1)
            #expect(try await harness.send("POST", "/session/\(id)", Harness.jobs(1)).status == 404)
        }
    }

    @Test func appendingAnswersIdsInOrderAndTheStatusListsThem() async throws {
        try await Harness.with { harness async throws in
            let (session, ids) = try await harness.session(3, start: false)
            let status = try #require(try await harness.json("GET", "/session/\(session)").arrayValue)
            #expect(status.compactMap { $0["Id"]?.stringValue } == ids.map(\.description))
            #expect(status.map { $0["Input"]?["feed"]?["x"] } == [0, 1, 2])
            #expect(status.allSatisfy { $0["State"] == "create" && $0["SessionId"] == .string(session.description) })
            #expect(try await harness.json("GET", "/session/\(session)?summary=true")["Jobs"] == 3)
        }
    }

    @Test func startingSubmitsEachJobOnce() async throws {
        try await Harness.with { harness async throws in
            let (session, ids) = try await harness.session(40, start: false)
            let started = try await withThrowingTaskGroup(of: [JobID].self) { group in
                for _ in 0..<8 {
                    group.addTask { try await harness.json("POST", "/session/\(session)/start").ids() }
                }
                return try await group.reduce(into: [JobID]()) { $0 += $1 }
            }
            #expect(started.count == 40)
            #expect(Set(started) == Set(ids))
            #expect(try await harness.backend.queue.statistics().available == 40)
            #expect(try await harness.json("POST", "/session/\(session)/start") == [])
        }
    }

    @Test func stoppingAndKillingAnswerTheSession() async throws {
        try await Harness.with { harness async throws in
            let (session, _) = try await harness.session(2)
            #expect(try await harness.json("POST", "/session/\(session)/stop") == .string(session.description))
            #expect(try await harness.json("GET", "/session/\(session)?summary=1")["States"] == ["stop": 2])
            #expect(try await harness.json("POST", "/session/\(session)/start").arrayValue?.count == 2)
            #expect(try await harness.json("POST", "/session/\(session)/kill") == .string(session.description))
            #expect(try await harness.json("GET", "/session/\(session)?summary=1")["States"] == ["terminate": 2])
            #expect(try await harness.backend.queue.statistics().available == 0)
        }
    }

    @Test func theStatusOfTwoThousandJobsCanBeReadInPages() async throws {
        try await Harness.with { harness async throws in
            let (session, ids) = try await harness.session(2000, start: false)
            #expect(try await harness.json("GET", "/session/\(session)").arrayValue?.count == 2000)
            var read: [String] = []
            for page in 1...4 {
                let part = try await harness.json("GET", "/session/\(session)?page=\(page)&rpp=600")
                read += try #require(part.arrayValue).compactMap { $0["Id"]?.stringValue }
                #expect(read.count == min(600 * page, 2000))
            }
            #expect(read == ids.map(\.description))
            #expect(try await harness.json("GET", "/session/\(session)?page=5&rpp=600") == [])
        }
    }

    @Test(arguments: ["page=0", "page=x", "rpp=0", "rpp=10001", "page=-1&rpp=5", "page=99999999999999999999"])
    func impossiblePagesAreRefused(query: String) async throws {
        try await Harness.with { harness async throws in
            let (session, _) = try await harness.session(1, start: false)
            #expect(try await harness.send("GET", "/session/\(session)?\(query)").status == 400)
        }
    }

    @Test func tenThousandJobsAreAppendedAtOnce() async throws {
        try await Harness.with { harness async throws in
            let (session, ids) = try await harness.session(10_000, start: false)
            #expect(Set(ids).count == 10_000)
            #expect(try await harness.json("GET", "/session/\(session)?summary=true")["States"] == ["create": 10_000])
        }
    }

    @Test func anAnswerThatGetsTooLargeTellsHowToAskForLess() async throws {
        try await Harness.with(limits: GatewayLimits(answerBytes: 2000)) { harness async throws in
            let (session, _) = try await harness.session(50, start: false)
            let refused = try await harness.send("GET", "/session/\(session)")
            #expect(refused.status == 400 && refused.text.contains("?page=1&rpp=100"))
            #expect(try await harness.json("GET", "/session/\(session)?page=1&rpp=2").arrayValue?.count == 2)
        }
    }

    @Test func theListOfSessionsIsInOrderAndOnlyTheUsers() async throws {
        try await Harness.with { harness async throws in
            var mine: [SessionID] = []
            for _ in 0..<3 { mine.append(try await harness.session(1, start: false).id) }
            let other: SessionID = harness.services.random.identifier()
            _ = try await harness.json("POST", "/session/\(other)", Harness.jobs(1), as: Harness.bobSays)
            #expect(try await harness.json("GET", "/session/").ids() == mine)
            #expect(try await harness.json("GET", "/session?page=2&rpp=2").ids() == [mine[2]])
            #expect(try await harness.json("GET", "/session", as: Harness.bobSays).ids() == [other])
        }
    }
}
