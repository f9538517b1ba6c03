import AWSStores
import JSONKit
import Stores
import TestSupport
import Testing

struct NotificationSourceTests {
    @Test func holdsWhatIsNotCommittedForAsLongAsItTakes() async throws {
        let time = ManualTime()
        try await FakeService.with { call in
            switch call.operation {
            case "ReceiveMessage": call.number == 0 ? .messages(["a", "b"]) : .json([:])
            default: .batch(call)
            }
        } _: { fake async throws in
            let source = SQSNotificationSource(queue: fake.queue(time: time), time: time)
            let deliveries = try await source.receive(limit: 2, wait: .zero)
            #expect(deliveries.count == 2)
            for round in 1...3 {
                try await eventually("the pause before renewal \(round)") { time.sleepers == 1 }
                time.advance(by: .seconds(40))
                try await eventually("renewal \(round)") { fake.calls("ChangeMessageVisibilityBatch").count == round }
            }
            #expect(fake.calls("ChangeMessageVisibilityBatch").allSatisfy { $0.entries("Id").count == 2 })
            try await source.commit(through: deliveries[0].sequence)
            #expect(fake.calls("DeleteMessageBatch").map { $0.entries("ReceiptHandle") } == [["receipt of a"]])
            await source.close()
            #expect(
                fake.calls.last?.body["Entries"] == [
                    ["ReceiptHandle": "receipt of b", "VisibilityTimeout": 0, "Id": "0"]
                ])
        }
    }

    @Test func aDeliveryThatComesAgainKeepsItsPlace() async throws {
        try await FakeService.with { call in
            switch (call.operation, call.number) {
            case ("ReceiveMessage", 0): .messages(["a", "b"])
            case ("ReceiveMessage", 1):
                .json(["Messages": [["MessageId": "a", "ReceiptHandle": "new", "Body": "x"]]])
            case ("ReceiveMessage", _): .json([:])
            default: .batch(call)
            }
        } _: { fake async throws in
            let source = SQSNotificationSource(queue: fake.queue(), time: SystemTime())
            let first = try await source.receive(limit: 2, wait: .zero)
            let second = try await source.receive(limit: 10, wait: .zero)
            #expect(first == second)
            try await source.commit(through: second[1].sequence)
            #expect(
                fake.calls("DeleteMessageBatch").flatMap { $0.entries("ReceiptHandle") } == ["new", "receipt of b"])
        }
    }

    @Test func anUncommittedFailureLeavesAllInPlace() async throws {
        try await FakeService.with { call in
            switch call.operation {
            case "ReceiveMessage": call.number == 0 ? .messages(["a"]) : .json([:])
            default: .failure(403, code: "AccessDeniedException", message: "no")
            }
        } _: { fake async throws in
            let source = SQSNotificationSource(queue: fake.queue(), time: SystemTime())
            let first = try await source.receive(limit: 1, wait: .zero)
            await #expect(throws: StoreError.self) { try await source.commit(through: first[0].sequence) }
            #expect(try await source.receive(limit: 1, wait: .zero) == first)
        }
    }
}
