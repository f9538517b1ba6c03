import AWSStores
import JSONKit
import Stores
import TestSupport
import Testing

struct SQSSendTests {
    private func message(_ count: Int) -> OutgoingMessage {
        OutgoingMessage(body: [UInt8](repeating: UInt8(ascii: "x"), count: count), attributes: [:])
    }

    @Test func sendsInTensAndQuarterMegabytes() async throws {
        try await FakeService.with { call in
            .batch(call)
        } _: { fake async throws in
            let queue = fake.queue()
            try await queue.send((0..<11).map { _ in message(10) })
            try await queue.send([message(200 << 10), message(56 << 10), message(1), message(256 << 10)])
            #expect(fake.calls.map { $0.entries("Id").count } == [10, 1, 2, 1, 1])
            #expect(fake.calls.allSatisfy { $0.operation == "SendMessageBatch" })
        }
    }

    @Test func attributesAndDelayTravelAlong() async throws {
        try await FakeService.with { call in
            .batch(call)
        } _: { fake async throws in
            try await fake.queue().send([
                OutgoingMessage(
                    body: Array("größer".utf8), attributes: ["event": "job.submit", "empty": ""],
                    delay: .milliseconds(1200))
            ])
            #expect(
                fake.calls[0].body["Entries"] == [
                    [
                        "MessageBody": "größer",
                        "MessageAttributes": [
                            "event": ["DataType": "String", "StringValue": "job.submit"],
                            "foqus-attributes": ["DataType": "String", "StringValue": "{\"empty\":\"\"}"],
                        ],
                        "DelaySeconds": 2, "Id": "0",
                    ]
                ])
        }
    }

    @Test func whatSQSCannotTakeIsRefusedBeforeAnythingIsSent() async throws {
        try await FakeService.with { call in
            .batch(call)
        } _: { fake async throws in
            let queue = fake.queue()
            let refused: [(OutgoingMessage, String)] = [
                (message((256 << 10) + 1), "262145 bytes"),
                (OutgoingMessage(body: [], attributes: [:]), "empty"),
                (OutgoingMessage(body: [0xFF], attributes: [:]), "UTF-8"),
                (OutgoingMessage(body: [1], attributes: [:]), "control"),
                (OutgoingMessage(body: [65], attributes: [:], delay: .seconds(901)), "15 minutes"),
            ]
            for (bad, words) in refused {
                let error = await #expect(throws: StoreError.self) { try await queue.send([message(1), bad]) }
                #expect(error?.code == .invalid)
                #expect(error?.reason.contains(words) == true)
            }
            #expect(fake.calls.isEmpty)
        }
    }

    @Test func onlyWhatFailedIsSentAgain() async throws {
        try await FakeService.with { call in
            .batch(call, failed: call.number == 0 ? ["2": ("InternalError", "sorry", false)] : [:])
        } _: { fake async throws in
            try await fake.queue().send((0..<4).map { message($0 + 1) })
            #expect(fake.calls.map { $0.entries("MessageBody") } == [["x", "xx", "xxx", "xxxx"], ["xxx"]])
        }
    }

    @Test func aRefusedEntryIsAnErrorAtOnce() async throws {
        try await FakeService.with { call in
            .batch(call, failed: ["1": ("InvalidMessageContents", "bad", true)])
        } _: { fake async throws in
            let error = await #expect(throws: StoreError.self) {
                try await fake.queue().send([message(1), message(2)])
            }
            #expect(error?.code == .invalid)
            #expect(error?.description == "cannot send to queue jobs: sqs: InvalidMessageContents: bad (status 400)")
            #expect(fake.calls.count == 1)
        }
    }

    @Test func aQueueWithoutRedrivePolicyHasNoDeadLetters() async throws {
        try await FakeService.with { call in
            call.operation == "GetQueueAttributes"
                ? .json(["Attributes": ["ApproximateNumberOfMessages": "3"]]) : .batch(call)
        } _: { fake async throws in
            let queue = fake.queue()
            #expect(try await queue.deadLetters(limit: 10) == [])
            #expect(try await queue.unreported(limit: 10) == [])
            #expect(try await queue.redrive(["a"]) == 0)
            #expect(
                try await queue.statistics() == QueueStatistics(available: 3, delayed: 0, inFlight: 0, dead: 0))
            #expect(Set(fake.calls.map(\.operation)) == ["GetQueueAttributes"])
        }
    }
}
