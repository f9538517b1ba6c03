import EmbeddedStores
import FOQUSModel
import HTTPServer
import JSONKit
import Logging
import Stores
import TestSupport
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct ProcessorTests {
    private static func waitUntilFinished(_ count: Int, _ session: SessionID, _ harness: Harness) async throws {
        try await eventually("\(count) finished jobs") {
            try await harness.backend.jobs.summary(of: session).finished == count
        }
    }

    /// Keys of the finished records of a session.
    private static func records(_ session: SessionID, _ harness: Harness) async throws -> [String] {
        let prefix = "ann/session/\(session)/finished/"
        return try await harness.backend.objects.listAll(prefix: prefix, in: .sessions, limit: 10_000).map(\.key)
    }

    private static func waitForRecords(_ count: Int, _ session: SessionID, _ harness: Harness) async throws {
        try await eventually("\(count) records") { try await records(session, harness).count == count }
    }

    @Test func aWorkersNotificationsBecomeResults() async throws {
        try await Harness.with { harness async throws in
            let (session, jobs) = try await harness.session(3)
            let voice = WorkerVoice(session: session)
            try await harness.processing {
                try await harness.publish(voice.life(of: jobs[0], output: ["x": "NaN"]))
                try await harness.publish([
                    voice.status(.setup, jobs[1]), voice.status(.error, jobs[1], message: "did not converge"),
                ])
                try await Self.waitForRecords(2, session, harness)
            }
            let status = try await harness.json("GET", "/session/\(session)")
            #expect(status.arrayValue?.map { $0["State"] } == ["success", "error", "submit"])
            #expect(status[0]?["Running"] != nil && status[0]?["Setup"] != nil && status[0]?["Finished"] != nil)
            let keys = try await Self.records(session, harness)
            #expect(keys.contains { $0.hasSuffix("/success/\(jobs[0]).json") })
            let key = try #require(keys.first { $0.hasSuffix("/error/\(jobs[1]).json") })
            let record = try JSON.parse(await harness.backend.objects.get(key, in: .sessions))
            #expect(record["Message"] == "did not converge" && record["Session"] == .string(session.description))
            #expect(record["ConsumerId"] == .string(voice.worker.consumer.description))
            _ = try await harness.send("POST", "/session/\(session)/result/x")
            let page = try await harness.json("GET", "/session/\(session)/result/x/1")
            #expect(page[0]?["Output"] == ["x": "NaN"] && page.arrayValue?.count == 2)
        }
    }

    @Test func aRecordHoldsAnOutputThatCameAfterTheEnd() async throws {
        try await Harness.with { harness async throws in
            let (session, jobs) = try await harness.session(1)
            let voice = WorkerVoice(session: session)
            try await harness.processing {
                try await harness.publish([voice.status(.running, jobs[0]), voice.status(.success, jobs[0])])
                try await Self.waitForRecords(1, session, harness)
                try await harness.publish([voice.output(["late": 1], jobs[0])])
                try await eventually("the output is in the record") {
                    let key = try await Self.records(session, harness)[0]
                    return try JSON.parse(await harness.backend.objects.get(key, in: .sessions))["Output"] == [
                        "late": 1
                    ]
                }
            }
            #expect(try await Self.records(session, harness).count == 1)
        }
    }

    @Test func poisonIsLoggedOnceAndPassedOver() async throws {
        try await Harness.with { harness async throws in
            let (session, jobs) = try await harness.session(1)
            let voice = WorkerVoice(session: session)
            let poison = Notification(topic: .update, body: ["resource": "weather"], attributes: ["username": "ann"])
            try await harness.processing {
                try await harness.publish([poison] + voice.life(of: jobs[0]))
                try await Self.waitForRecords(1, session, harness)
                try await eventually("everything is committed") {
                    try await harness.backend.updates.receive(limit: 1, wait: .zero).isEmpty
                }
            }
            #expect(harness.log.messages.count { $0 == "notification passed over" } == 1)
        }
    }

    @Test func lateAndRepeatedNoticesChangeNothing() async throws {
        try await Harness.with { harness async throws in
            let (session, jobs) = try await harness.session(1)
            let voice = WorkerVoice(session: session)
            let unknown: JobID = harness.services.random.identifier()
            try await harness.processing {
                try await harness.publish(voice.life(of: jobs[0]))
                try await Self.waitForRecords(1, session, harness)
                let before = try await harness.backend.jobs.job(jobs[0])
                try await harness.publish(
                    voice.life(of: jobs[0]) + [
                        voice.status(.error, jobs[0], message: "late"), voice.status(.setup, unknown),
                    ])
                try await eventually("everything is committed") {
                    try await harness.backend.updates.receive(limit: 1, wait: .zero).isEmpty
                }
                #expect(try await harness.backend.jobs.job(jobs[0]) == before)
            }
            #expect(try await Self.records(session, harness).count == 1)
        }
    }

    @Test func sessionEventsAreObeyedForTheirOwner() async throws {
        try await Harness.with { harness async throws in
            let (session, _) = try await harness.session(2, start: false)
            func event(_ action: String, _ user: String) -> Notification {
                Notification(
                    topic: .update, body: "ignored",
                    attributes: ["event": "session.\(action).\(session)", "username": user])
            }
            try await harness.processing {
                try await harness.publish([event("kill", "bob"), event("start", "ann")])
                try await eventually("the session is started") {
                    try await harness.backend.jobs.summary(of: session).counts == [.submit: 2]
                }
                try await harness.publish([event("kill", "ann")])
                try await eventually("the session is killed") {
                    try await harness.backend.jobs.summary(of: session).counts == [.terminate: 2]
                }
            }
            #expect(try await harness.backend.queue.statistics().available == 0)
        }
    }

    @Test func aDeadLetterEndsItsJob() async throws {
        try await Harness.with { harness async throws in
            let (session, jobs) = try await harness.session(1)
            for _ in 0..<5 {
                let message = try #require(
                    try await harness.backend.queue.receive(limit: 1, visibility: .seconds(60), wait: .zero).first)
                _ = try await harness.backend.queue.release([message.lease], delay: .zero, countsAsAttempt: true)
            }
            try await harness.processing {
                #expect(
                    try await harness.backend.queue.receive(limit: 1, visibility: .seconds(60), wait: .zero).isEmpty)
                try await Self.waitForRecords(1, session, harness)
                try await eventually("the letter is reported") {
                    try await harness.backend.queue.unreported(limit: 9).isEmpty
                }
            }
            let job = try #require(try await harness.backend.jobs.job(jobs[0]))
            #expect(job.state == .error)
            #expect(job.message?.hasPrefix("gave up after ") == true)
        }
    }

    @Test func anOutageIsSatOutAndReportedOnce() async throws {
        let plan = FaultPlan()
        try await Harness.with { harness async throws in
            let (session, jobs) = try await harness.session(1)
            plan.fail(.unavailable, times: 7)
            let services = harness.services.failing(plan, harness.backend.jobs)
            let task = Task { await NotificationProcessor(harness.processor, services).run() }
            try await harness.publish(WorkerVoice(session: session).life(of: jobs[0]))
            try await Self.waitForRecords(1, session, harness)
            task.cancel()
            await task.value
            #expect(plan.failures == 7)
            let messages = harness.log.messages
            #expect(messages.count { $0 == "store not reached, trying until it is" } == 1)
            #expect(messages.count { $0 == "store reached again" } == 1)
        }
    }

    @Test func aProcessorThatEndsInMidBatchLeavesTheRestToTheNext() async throws {
        let plan = FaultPlan()
        try await Harness.with { harness async throws in
            let (session, jobs) = try await harness.session(20)
            try await harness.publish(jobs.flatMap { WorkerVoice(session: session).life(of: $0) })
            // The first applies the changes, but cannot read the jobs back for their records.
            plan.fail(.unavailable, only: "look up a job")
            let services = harness.services.failing(plan, harness.backend.jobs)
            let first = Task { await NotificationProcessor(harness.processor, services).run() }
            try await Self.waitUntilFinished(20, session, harness)
            first.cancel()
            await first.value
            #expect(try await Self.records(session, harness).isEmpty)
            try await harness.processing { try await Self.waitForRecords(20, session, harness) }
        }
    }

    @Test func ofTwoGatewaysOneProcessesUntilItCloses() async throws {
        try await withTemporaryDirectory { directory in
            try await Harness.with(directory: directory) { first in
                let (session, jobs) = try await first.session(2)
                let voice = WorkerVoice(session: session)
                try await Harness.with(directory: directory) { second in
                    try await first.processing {
                        try await first.publish(voice.life(of: jobs[0]))
                        try await Self.waitForRecords(1, session, first)
                        let waiting = Task { await NotificationProcessor(second.processor, second.services).run() }
                        // It gives up waiting for the lock when it is told to end.
                        waiting.cancel()
                        await waiting.value
                        #expect(!second.log.messages.contains("processing notifications"))
                    }
                    try await second.processing {
                        try await first.publish(voice.life(of: jobs[1]))
                        try await Self.waitForRecords(2, session, second)
                    }
                    #expect(second.log.messages.contains("processing notifications"))
                }
            }
        }
    }
}
