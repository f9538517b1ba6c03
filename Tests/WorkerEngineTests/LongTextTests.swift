import EmbeddedStores
import Executors
import FOQUSModel
import JSONKit
import Stores
import Testing
import Threading

@testable import WorkerEngine

/// No topic takes more than 256 KiB: what is longer is shortened, and kept whole where there is a place for it.
@Suite(.timeLimit(.minutes(1))) struct LongTextTests {
    private static let topicLimit = 256 << 10
    /// Each of its characters takes six bytes in JSON.
    private static let long = String(repeating: "\u{1}", count: 300_000)

    private func expectFits(_ fixture: WorkerFixture) {
        for notification in fixture.told.withLock({ $0 }) {
            let attributes = notification.attributes.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count + 6 }
            #expect(notification.body.serialized().count + attributes <= Self.topicLimit)
        }
    }

    @Test func aJobsMessageIsShortenedAndKeptAsAFile() async throws {
        try await withFixture { fixture in
            let executor = ScriptedExecutor { _ in .failed(message: Self.long, output: nil) }
            let (job, told) = try await withWorker(fixture, executor) { _ in
                let job = try await fixture.submit(1)[0]
                return (job, try await fixture.notifications { !$0.finals(of: job).isEmpty })
            }
            let message = try #require(told.finals(of: job).first?.message)
            #expect(message.hasPrefix("\u{1}\u{1}"))
            #expect(
                message.hasSuffix("(shortened from 300000 bytes; all of it is in message.txt of the job's files)"))
            let stored = try #require(try await fixture.backend.jobs.job(job))
            let key = ObjectKeys.jobFile(stored.user, stored.session, job, try RelativePath("message.txt"))
            #expect(try await fixture.backend.objects.get(key, in: .sessions) == Array(Self.long.utf8))
            expectFits(fixture)
        }
    }

    @Test(arguments: [
        "{\"Simulation\":\"Flash\",\"Application\":[\"\(String(repeating: "\\u0001", count: 40_000))\"]}",
        "{\"Simulation\":\"\(String(repeating: "\\u0001", count: 40_000))\"}",
        "{\"Simulation\":\"\(String(repeating: "n/", count: 100_000))\"}",
    ])
    func aRefusalIsShortened(body: String) async throws {
        try await withFixture { fixture in
            try await fixture.backend.queue.send([
                OutgoingMessage(body: Array(body.utf8), attributes: RejectionTests.attributes)
            ])
            let told = try await withWorker(fixture, ScriptedExecutor { _ in .success(output: [:]) }) { _ in
                try await fixture.notifications { !$0.isEmpty && $0.contains { $0.word == "invalid" } }
            }
            #expect(told.compactMap(\.word) == ["invalid"])
            expectFits(fixture)
        }
    }

    @Test func charactersThatSNSDoesNotTakeCountAsTheyAreSent() {
        let text = JSON.string("a\u{FFFE}\u{FFFF}\u{FFFD}é").serialized()
        #expect(BoundedText.publishedSize(text) == text.count + 6)
        #expect(BoundedText.publishedSize([0xEF, 0xBF]) == 2)
    }

    @Test func aTextThatFitsStays() {
        #expect(BoundedText.cut("short") == "short")
        let longest = String(repeating: "x", count: BoundedText.limit)
        #expect(BoundedText.cut(longest) == longest)
        #expect(BoundedText.fits(BoundedText.cut(longest + "y", whole: "a file")))
    }
}
