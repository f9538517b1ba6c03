import FOQUSModel
import JSONKit
import Logging
import Stores
import TestSupport
import Testing

@testable import AWSStores

struct SNSNotifierTests {
    private static let topics = SNSTopics(
        update: "arn:aws:sns:us-east-1:1:update", message: "arn:aws:sns:us-east-1:1:message",
        alert: "arn:aws:sns:us-east-1:1:alert")
    private let worker = WorkerIdentity(
        consumer: SystemRandom().identifier(), instance: "i-0123456789abcdef0")
    private let session: SessionID = SystemRandom().identifier()

    private func notifier(_ fake: FakeService, _ topics: SNSTopics = topics, sink: any LogSink = NullSink())
        -> SNSNotifier
    {
        SNSNotifier(
            topics: topics, service: fake.service("sns"), time: SystemTime(),
            logger: Logger(label: "test", sink: sink))
    }

    private func status(_ state: JobState, of job: JobID, id: String) -> OutgoingNotification {
        OutgoingNotification(
            id: id,
            notification: .jobStatus(state, job: job, session: session, worker: worker, user: "test"))
    }

    private func newJobs(_ count: Int) -> [JobID] { (0..<count).map { _ in SystemRandom().identifier() } }

    /// Accepts everything but the entries named.
    private static func accept(
        _ call: FakeService.Call, failed: [String: (code: String, isSendersFault: Bool)] = [:]
    ) -> FakeService.Answer {
        guard call.operation == "PublishBatch" else {
            return .xml("<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>")
        }
        var successful = ""
        var failures = ""
        for id in call.batchIDs {
            if let failure = failed[id] {
                failures +=
                    "<member><Id>\(id)</Id><Code>\(failure.code)</Code><Message>why</Message>"
                    + "<SenderFault>\(failure.isSendersFault)</SenderFault></member>"
            } else {
                successful += "<member><Id>\(id)</Id><MessageId>m</MessageId></member>"
            }
        }
        return .xml(
            """
            <PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult>\
            <Successful>\(successful)</Successful><Failed>\(failures)</Failed></PublishBatchResult>\
            </PublishBatchResponse>
            """)
    }

    @Test func oneNotificationIsOneCallInTheWordsOfTheContract() async throws {
        try await FakeService.with {
            Self.accept($0)
        } _: { fake async throws in
            let job = newJobs(1)[0]
            try await notifier(fake).publish([status(.running, of: job, id: "a/1")])
            let form = try #require(fake.calls.first?.form)
            let text = try #require(form["Message"])
            #expect(
                form == [
                    "Action": "Publish", "Version": "2010-03-31", "TopicArn": Self.topics.update, "Message": text,
                    "MessageAttributes.entry.1.Name": "event", "MessageAttributes.entry.1.Value.DataType": "String",
                    "MessageAttributes.entry.1.Value.StringValue": "job.running",
                    "MessageAttributes.entry.2.Name": "username",
                    "MessageAttributes.entry.2.Value.DataType": "String",
                    "MessageAttributes.entry.2.Value.StringValue": "test",
                ])
            #expect(
                try JSON.parse(Array(text.utf8)) == [
                    [
                        "resource": "job", "event": "status", "rc": 0, "status": "running",
                        "jobid": .string(job.description), "instanceid": "i-0123456789abcdef0",
                        "consumer": .string(worker.consumer.description), "sessionid": .string(session.description),
                    ]
                ])
        }
    }

    @Test func differentJobsTravelTogetherAndOneJobsInTurn() async throws {
        try await FakeService.with {
            Self.accept($0)
        } _: { fake async throws in
            let jobs = newJobs(12)
            var all: [OutgoingNotification] = []
            for (number, job) in jobs.enumerated() {
                all += [status(.setup, of: job, id: "\(number)/1"), status(.running, of: job, id: "\(number)/2")]
            }
            try await notifier(fake).publish(all)
            // What may travel together leaves at the same time, in calls of ten; what follows it waits.
            let counts = fake.calls.map(\.batchIDs.count)
            #expect(counts.count == 4)
            #expect(counts.prefix(2).sorted() == [2, 10])
            #expect(counts.suffix(2).sorted() == [2, 10])
            let words = fake.calls.map { call in Set(call.batchTexts.map { $0.contains("\"setup\"") ? 1 : 2 }) }
            #expect(words == [[1], [1], [2], [2]])
        }
    }

    @Test func topicsDoNotMix() async throws {
        try await FakeService.with {
            Self.accept($0)
        } _: { fake async throws in
            let job = newJobs(1)[0]
            try await notifier(fake).publish([
                OutgoingNotification(id: "a/1", notification: .text("setup", job: job, worker: worker)),
                status(.setup, of: job, id: "a/2"),
                OutgoingNotification(id: "b/1", notification: .alert("down", detail: "d", worker: worker)),
            ])
            #expect(
                Set(fake.calls.map { $0.form["TopicArn"] ?? $0.form["TargetArn"] ?? "" }) == [
                    Self.topics.update, Self.topics.message, Self.topics.alert!,
                ])
            let alert = try #require(fake.calls.first { $0.form["TargetArn"] != nil }?.form)
            #expect(alert["TargetArn"] == Self.topics.alert)
            #expect(alert["MessageAttributes.entry.1.Value.StringValue"] == "service.error")
            #expect(alert["MessageAttributes.entry.2.Name"] == "instance")
        }
    }

    @Test func onlyWhatFailedIsPublishedAgain() async throws {
        try await FakeService.with { call in
            Self.accept(
                call, failed: call.number == 0 ? ["1": ("InternalError", false), "2": ("Throttled", true)] : [:])
        } _: { fake async throws in
            try await notifier(fake).publish(newJobs(4).enumerated().map { status(.setup, of: $1, id: "\($0)/1") })
            #expect(fake.calls.map(\.batchIDs) == [["0", "1", "2", "3"], ["1", "2"]])
        }
    }

    @Test func aRefusedEntryIsAnErrorAndItsFollowersStay() async throws {
        try await FakeService.with {
            Self.accept($0, failed: ["0": ("InvalidParameter", true)])
        } _: {
            fake async throws in
            let jobs = newJobs(2)
            let error = await #expect(throws: StoreError.self) {
                try await notifier(fake).publish(
                    jobs.map { status(.setup, of: $0, id: "\($0)/1") } + [status(.success, of: jobs[0], id: "x/2")])
            }
            #expect(error?.code == .invalid)
            #expect(
                error?.description == "cannot publish to the update topic: sns: InvalidParameter: why (status 400)")
            #expect(fake.calls.count == 1)
        }
    }

    @Test func whatIsTooLargeIsRefusedBeforeAnythingIsPublished() async throws {
        try await FakeService.with {
            Self.accept($0)
        } _: { fake async throws in
            let job = newJobs(1)[0]
            let value = JSON.string(String(repeating: "x", count: 256 << 10))
            let error = await #expect(throws: StoreError.self) {
                try await notifier(fake).publish([
                    status(.setup, of: job, id: "a/1"),
                    OutgoingNotification(
                        id: "a/2", notification: .jobOutput(value, job: job, session: session, user: "test")),
                ])
            }
            #expect(error?.code == .invalid)
            #expect(error?.description.hasPrefix("cannot publish a/2: it has 26") == true)
            #expect(fake.calls.isEmpty)
        }
    }

    @Test func batchesStayBelowTheLimitOfAll() async throws {
        try await FakeService.with {
            Self.accept($0)
        } _: { fake async throws in
            let value = JSON.string(String(repeating: "x", count: 100 << 10))
            try await notifier(fake).publish(
                newJobs(5).enumerated().map { number, job in
                    OutgoingNotification(
                        id: "\(number)/1", notification: .jobOutput(value, job: job, session: session, user: "test"))
                })
            // They are sent at the same time, and may arrive in any order.
            #expect(fake.calls.map { max($0.batchIDs.count, 1) }.sorted(by: >) == [2, 2, 1])
        }
    }

    @Test func aFIFOTopicGetsGroupAndDeduplication() async throws {
        try await FakeService.with {
            Self.accept($0)
        } _: { fake async throws in
            var topics = Self.topics
            topics.update += ".fifo"
            let jobs = newJobs(2)
            let long = String(repeating: "ü", count: 100)
            try await notifier(fake, topics).publish([
                status(.setup, of: jobs[0], id: "a/1"), status(.setup, of: jobs[1], id: long),
            ])
            let form = fake.calls[0].form
            let prefix = "PublishBatchRequestEntries.member."
            #expect(form[prefix + "1.MessageGroupId"] == jobs[0].description)
            #expect(form[prefix + "1.MessageDeduplicationId"] == "a/1")
            #expect(form[prefix + "2.MessageGroupId"] == jobs[1].description)
            #expect(form[prefix + "2.MessageDeduplicationId"]?.count == 64)
        }
    }

    @Test func charactersThatSNSDoesNotTakeAreEscaped() async throws {
        try await FakeService.with {
            Self.accept($0)
        } _: { fake async throws in
            let words = "a\u{FFFE}b\u{FFFF}\u{1}\u{7F}😀\n"
            try await notifier(fake).publish([
                OutgoingNotification(id: "a/1", notification: .text(words, job: nil, worker: worker))
            ])
            let text = try #require(fake.calls[0].form["Message"])
            #expect(text.contains("a\\ufffeb\\uffff\\u0001"))
            #expect(try JSON.parse(Array(text.utf8))["message"] == .string(words))
        }
    }

    @Test func anAlertWithoutATopicGoesToTheLog() async throws {
        try await FakeService.with {
            Self.accept($0)
        } _: { fake async throws in
            let sink = RecordingSink()
            let topics = SNSTopics(update: "u", message: "m", alert: nil)
            try await notifier(fake, topics, sink: sink).publish([
                OutgoingNotification(id: "a", notification: .alert("down", detail: "d", worker: worker))
            ])
            #expect(fake.calls.isEmpty)
            #expect(sink.messages == ["no topic is set for an alert"])
            #expect(sink.entries[0].metadata["alert"]?.description.contains("down") == true)
        }
    }

    @Test func roundsKeepTheOrderOfAttemptsAndOfJobs() {
        let jobs = newJobs(2)
        let rounds = PublishPlan.rounds([
            status(.setup, of: jobs[0], id: "a/1"), status(.setup, of: jobs[1], id: "b/1"),
            status(.error, of: jobs[0], id: "a/2"),
            // Another attempt at the same job comes after the first one's end.
            status(.setup, of: jobs[0], id: "c/1"), status(.success, of: jobs[1], id: "b/2"),
        ])
        #expect(rounds.map { $0.map(\.id) } == [["a/1", "b/1"], ["a/2", "b/2"], ["c/1"]])
    }
}

extension FakeService.Call {
    /// Ids of the entries of a PublishBatch, in order.
    fileprivate var batchIDs: [String] { members("Id") }
    fileprivate var batchTexts: [String] { members("Message") }

    private func members(_ name: String) -> [String] {
        var values: [String] = []
        while let value = form["PublishBatchRequestEntries.member.\(values.count + 1).\(name)"] { values.append(value) }
        return values
    }
}
