import EmbeddedStores
import FOQUSModel
import HTTPServer
import JSONKit
import Logging
import Stores
import TestSupport
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct OwnershipTests {
    /// What can be asked of a session and its jobs.
    static func requests(_ session: some CustomStringConvertible, _ job: JobID) -> [(String, String)] {
        [
            ("GET", "/session/\(session)"), ("GET", "/session/\(session)?summary=true"),
            ("POST", "/session/\(session)/start"), ("POST", "/session/\(session)/stop"),
            ("POST", "/session/\(session)/kill"), ("POST", "/session/\(session)/result/x"),
            ("DELETE", "/session/\(session)/result/x"), ("GET", "/session/\(session)/result/x/1"),
            ("GET", "/session/\(session)/job/\(job)/files"), ("GET", "/session/\(session)/job/\(job)/files/log.txt"),
        ]
    }

    @Test func anothersSessionAnswersLikeAMissingOne() async throws {
        try await Harness.with { harness async throws in
            let (session, jobs) = try await harness.session(1)
            let missing: SessionID = harness.services.random.identifier()
            for (theirs, none) in zip(Self.requests(session, jobs[0]), Self.requests(missing, jobs[0])) {
                let refused = try await harness.send(theirs.0, theirs.1, as: Harness.bobSays)
                let absent = try await harness.send(none.0, none.1, as: Harness.bobSays)
                #expect(refused.status == 404, "\(theirs)")
                #expect(absent.status == 404, "\(none)")
                let text = refused.text.split(separator: session.description).joined(separator: missing.description)
                #expect(text == absent.text)
            }
            let append = try await harness.send(
                "POST", "/session/\(session)", Harness.jobs(1), as: Harness.bobSays)
            #expect(append.status == 404)
            #expect(try await harness.json("GET", "/session/\(session)?summary=true")["States"] == ["submit": 1])
        }
    }

    @Test func anothersJobAnswersLikeAMissingOne() async throws {
        try await Harness.with { harness async throws in
            let (session, jobs) = try await harness.session(1)
            let job = jobs[0]
            #expect(try await harness.json("GET", "/job/\(job)")["State"] == "submit")
            #expect(try await harness.send("GET", "/job/\(job)", as: Harness.bobSays).status == 404)
            let mine = try await harness.session(1).id
            #expect(try await harness.send("GET", "/session/\(mine)/job/\(job)/files").status == 404)
            #expect(try await harness.send("GET", "/session/\(session)/job/\(job)/files").status == 200)
        }
    }

    @Test(arguments: [
        "x", "9d8494a2-6ba0-4bef-878d-53fdf6ebe8e", "../../etc", "%00", String(repeating: "a", count: 9000),
    ])
    func whatIsNoUUIDIsRefused(text: String) async throws {
        try await Harness.with { harness async throws in
            let target = text.contains("/") ? "%2e%2e%2f%2e%2e%2fetc" : text
            for (method, path) in Self.requests(target, JobID(UUIDText(random: [UInt8](repeating: 7, count: 16)))) {
                let response = try await harness.send(method, path)
                #expect(
                    response.status == 400 && response.text.contains("is not a UUID"), "\(method) \(path.prefix(80))")
                #expect(response.body.count < 300)
            }
            #expect(try await harness.send("GET", "/job/\(target)").status == 400)
        }
    }

    @Test func simulationsAreEachUsersOwn() async throws {
        try await Harness.with { harness async throws in
            _ = try await harness.json("PUT", "/simulation/m", #"{"Application":"foqus"}"#)
            #expect(try await harness.send("GET", "/simulation/m", as: Harness.bobSays).status == 404)
            #expect(try await harness.json("GET", "/simulation", as: Harness.bobSays) == [])
            let file = try await harness.send("GET", "/simulation/m/input/configuration", as: Harness.bobSays)
            #expect(file.status == 404)
        }
    }
}
