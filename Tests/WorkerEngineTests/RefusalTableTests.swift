import EmbeddedStores
import Executors
import FOQUSModel
import JSONKit
import Stores
import Testing
import Threading
import WorkerEngine

/// Rows 2 to 14 of cloud-protocol 2.4, one by one: what goes to the update topic, what to the message topic, what is
/// counted, and that the message is gone.
@Suite(.timeLimit(.minutes(1))) struct RefusalTableTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let number: Int
        var attributes = RejectionTests.attributes
        var body = #"{"Simulation":"Flash","Input":{}}"#
        /// Attribute `event` and the beginning of the message, on the update topic.
        var update: (event: String, message: String)?
        /// The beginning of the text on the message topic.
        var text: String?
        /// Dimension `event` of count_of_job_finish.
        var metric: String?

        var testDescription: String { "row \(number)" }
    }

    private static let job = RejectionTests.job
    private static let session = RejectionTests.session

    static let rows = [
        Row(number: 2, attributes: [:], metric: "invalid.job"),
        Row(number: 3, attributes: ["session": session, "username": "test"]),
        Row(number: 4, attributes: ["job": job, "username": "test"]),
        Row(number: 5, attributes: ["job": job, "session": session]),
        Row(number: 6, attributes: ["job": "nope", "session": session, "username": "test"]),
        Row(number: 7, attributes: ["job": job, "session": "nope", "username": "test"]),
        Row(
            number: 8, attributes: ["job": job, "session": session, "username": "eve"],
            update: ("job.error", "Authorization Failed: wrong user(eve)")),
        Row(number: 9, body: "{ no JSON", update: ("job.invalid", "")),
        Row(number: 10, body: "{}", update: ("job.invalid", "no simulation specified")),
        Row(
            number: 11, body: #"{"Simulation":"missing","Input":{}}"#, update: ("job.error", ""),
            text: "job failed in verify: ", metric: "error.job.verify"),
        Row(
            number: 11, body: #"{"Simulation":"refused","Input":{}}"#, update: ("job.error", ""),
            text: "job failed in verify: ", metric: "error.job.verify"),
        Row(
            number: 13, update: ("job.expired", "Job \(job) expired:  "), text: "Job has Expired",
            metric: "expired.job"),
    ]

    /// A row's message, then a good job; what concerns the good one is left out.
    @Test(arguments: rows) func aRefusalSaysWhatTheContractSays(row: Row) async throws {
        try await withFixture { fixture in
            var options = fixture.options
            options.slots = 1
            options.users = .users([fixture.user])
            try await fixture.putSimulation("refused", files: ["refuse.me"])
            try await fixture.backend.queue.send([
                OutgoingMessage(body: Array(row.body.utf8), attributes: row.attributes)
            ])
            let good = try await withWorker(
                fixture, ScriptedExecutor { _ in .success(output: [:]) }, options: options
            ) { _ in
                let good = try await fixture.submit(1)[0]
                _ = try await fixture.notifications { !$0.finals(of: good).isEmpty }
                return good
            }
            expect(row, fixture, but: good)
            #expect(try await fixture.isQueueEmpty(), "the message was not acknowledged")
        }
    }

    /// Row 14, for which a job must have ended before.
    @Test func aFinishedJobIsToldOnTheMessageTopicAlone() async throws {
        try await withFixture { fixture in
            let executor = ScriptedExecutor { _ in .success(output: [:]) }
            let job = try await fixture.submit(1)[0]
            try await withWorker(fixture, executor) { _ in
                _ = try await fixture.notifications { !$0.finals(of: job).isEmpty }
            }
            let stored = try #require(try await fixture.backend.jobs.job(job))
            try await fixture.backend.queue.send([
                OutgoingMessage(
                    body: JobMessage.body(of: stored).serialized(), attributes: JobMessage.attributes(of: stored))
            ])
            let before = fixture.told.withLock { $0.count }
            let next = try await withWorker(fixture, executor) { _ in
                let next = try await fixture.submit(1)[0]
                _ = try await fixture.notifications { !$0.finals(of: next).isEmpty }
                return next
            }
            fixture.told.withLock { $0.removeFirst(before) }
            expect(Row(number: 14, text: "Job State ", metric: "ignore.job.finished"), fixture, but: next, ends: 2)
        }
    }

    /// - Parameter ends: jobs that ended well.
    private func expect(_ row: Row, _ fixture: WorkerFixture, but good: JobID, ends: Int = 1) {
        let told = fixture.told.withLock { $0 }.filter {
            let object = $0.body[0] ?? $0.body
            return object["resource"] == "job" && object["job"] != "" && PublishedJob.id(object) != good
        }
        let updates = told.filter { $0.topic == .update }
        #expect(updates.map { $0.attributes["event"] } == (row.update.map { [$0.event] } ?? []))
        if let update = row.update, let body = updates.first?.body {
            #expect(body[0]?["message"]?.stringValue?.hasPrefix(update.message) == true, "\(body)")
            #expect(
                Set((body[0]?.objectValue ?? [:]).map(\.key)) == [
                    "resource", "event", "rc", "status", "jobid", "instanceid", "consumer", "sessionid", "message",
                ])
            #expect(body[0]?["jobid"]?.stringValue == Self.job && body[0]?["sessionid"]?.stringValue == Self.session)
        }
        let texts = told.filter { $0.topic == .message }.compactMap { $0.body["message"]?.stringValue }
        #expect(texts.count == (row.text == nil ? 0 : 1), "\(texts)")
        if let text = row.text { #expect(texts.first?.hasPrefix(text) == true, "\(texts)") }
        var finishes = ["success.job": ends]
        if let metric = row.metric { finishes[metric] = 1 }
        #expect(fixture.metrics.finishes == finishes)
        #expect(fixture.metrics.number(of: .queuePeek(.start)) == ends + 1)
    }

    private enum PublishedJob {
        static func id(_ object: JSON) -> JobID? {
            (object["jobid"] ?? object["job"])?.stringValue.flatMap { JobID($0) }
        }
    }
}
