import EmbeddedStores
import FOQUSModel
import HTTPServer
import JSONKit
import Logging
import Stores
import TestSupport
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct ResultTests {
    private static let nilID = "00000000-0000-0000-0000-000000000000"

    /// Applies a job's end, as the processor does.
    private static func finish(_ jobs: [JobID], output: JSON = ["graphError": 0], _ harness: Harness) async throws {
        let now = harness.services.time.now()
        let updates = jobs.flatMap { job in
            [JobUpdate.output(job, output), .status(job, .success, consumer: nil, message: nil, at: now)]
        }
        _ = try await harness.backend.jobs.apply(updates)
    }

    @Test func pagesHoldWhatFinishedSinceTheLast() async throws {
        try await Harness.with { harness async throws in
            let (session, jobs) = try await harness.session(5)
            let results = "/session/\(session)/result/\(Self.nilID)"
            let none = try await harness.send("POST", results)
            #expect(none.status == 200 && none.text == "0")
            try await Self.finish([jobs[2], jobs[0]], harness)
            #expect(try await harness.send("POST", results + "?verbose=False").text == "1")
            #expect(try await harness.send("POST", results).text == "1")
            try await Self.finish([jobs[4]], harness)
            #expect(try await harness.send("POST", results).text == "2")
            let first = try #require(try await harness.json("GET", results + "/1?rpp=2000").arrayValue)
            #expect(first.compactMap { $0["Id"]?.stringValue } == [jobs[2], jobs[0]].map(\.description))
            #expect(first.allSatisfy { $0["State"] == "success" && $0["Output"] == ["graphError": 0] })
            #expect(first.allSatisfy { $0["Session"] == .string(session.description) && $0["Type"] == "Job" })
            #expect(try await harness.json("GET", results + "/2").arrayValue?.count == 1)
        }
    }

    @Test(arguments: ["2", "0", "-1", "x", "1.5", "99999999999999999999"])
    func aPageThatIsNotThereAnswersAsTheContractDoes(page: String) async throws {
        try await Harness.with { harness async throws in
            let (session, jobs) = try await harness.session(1)
            try await Self.finish(jobs, harness)
            _ = try await harness.send("POST", "/session/\(session)/result/x")
            let response = try await harness.send("GET", "/session/\(session)/result/x/\(page)")
            #expect(response.status == 404)
            #expect(response.text == "{\"Message\":\"no result page number \(page)\"}")
            #expect(response.headers["Content-Type"] == "application/json")
        }
    }

    @Test func everyJobIsOnOnePageHoweverManyAsk() async throws {
        try await Harness.with { harness async throws in
            let (session, jobs) = try await harness.session(60)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for part in 0..<6 {
                    group.addTask {
                        try await Self.finish(Array(jobs[part * 10..<part * 10 + 10]), harness)
                        _ = try await harness.send("POST", "/session/\(session)/result/x")
                    }
                }
                try await group.waitForAll()
            }
            let last = try await harness.json("POST", "/session/\(session)/result/x").intValue ?? 0
            var found: [JobID] = []
            for page in 1...max(1, last) {
                let records = try await harness.json("GET", "/session/\(session)/result/x/\(page)").arrayValue ?? []
                found += records.compactMap { $0["Id"]?.stringValue.flatMap { JobID($0) } }
            }
            #expect(found.count == 60)
            #expect(Set(found) == Set(jobs))
        }
    }

    @Test func largeOutputsAreReadFromTheirObjects() async throws {
        try await Harness.with { harness async throws in
            let (session, jobs) = try await harness.session(2)
            let large: JSON = ["text": .string(String(repeating: "ö", count: 200_000))]
            let key = "ann/session/\(session)/job/\(jobs[0])/output.json"
            _ = try await harness.backend.objects.put(large.serialized(), to: key, in: .sessions)
            try await Self.finish([jobs[0]], output: OutputReference(key: key, size: 400_000).json, harness)
            try await Self.finish([jobs[1]], output: OutputReference(key: "ann/gone", size: 1).json, harness)
            _ = try await harness.send("POST", "/session/\(session)/result/x")
            let page = try await harness.json("GET", "/session/\(session)/result/x/1")
            #expect(page[0]?["Output"] == large)
            #expect(page[1]?["Output"] == nil && page[1]?["State"] == "success")
            #expect(page[1]?["Message"]?.stringValue?.contains("ann/gone") == true)
            let status = try await harness.json("GET", "/session/\(session)?verbose=true")
            #expect(status[0]?["Output"] == large)
            #expect(try await harness.json("GET", "/session/\(session)?verbose=False")[0]?["Output"] == nil)
            #expect(try await harness.json("GET", "/job/\(jobs[0])?verbose=True")["Output"] == large)
        }
    }

    @Test func aNewGeneratorIsAQuotedUUIDForAnybody() async throws {
        try await Harness.with { harness async throws in
            let response = try await harness.send("POST", "/session/\(Self.nilID)/result", as: nil)
            #expect(response.status == 200 && response.headers["Content-Type"] == "application/text")
            #expect(try JSON.parse(response.body).stringValue.flatMap { SessionID($0) } != nil)
        }
    }

    @Test func filesOfAJobAreListedAndRead() async throws {
        try await Harness.with { harness async throws in
            let (session, jobs) = try await harness.session(1)
            let prefix = ObjectKeys.jobFiles(Harness.ann.name, session, jobs[0])
            for (path, content) in [("out/a.bin", [0, 255, 10] as [UInt8]), ("log.txt", Array("ok".utf8))] {
                _ = try await harness.backend.objects.put(content, to: prefix + path, in: .sessions)
            }
            let base = "/session/\(session)/job/\(jobs[0])/files"
            let files = try #require(try await harness.json("GET", base).arrayValue)
            #expect(files.map { $0["Name"] } == ["log.txt", "out/a.bin"])
            #expect(files.map { $0["Size"] } == [2, 3])
            #expect(try await harness.send("GET", base + "/out/a.bin").body == [0, 255, 10])
            #expect(try await harness.send("GET", base + "/none").status == 404)
            #expect(try await harness.send("GET", base + "/out%2F..%2F..%2Fa").status == 400)
        }
    }
}
