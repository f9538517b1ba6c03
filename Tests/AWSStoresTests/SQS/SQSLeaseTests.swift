import AWSStores
import JSONKit
import Stores
import TestSupport
import Testing

struct SQSLeaseTests {
    /// Receives one message for each letter of `ids` and returns the leases in that order.
    private func leases(_ ids: [String], from queue: SQSQueue) async throws -> [Lease] {
        let messages = try await queue.receive(limit: ids.count, visibility: .seconds(60), wait: .zero)
        let byID = Dictionary(uniqueKeysWithValues: messages.map { ($0.lease.message, $0.lease) })
        return try ids.map { try #require(byID[$0]) }
    }

    private static func receive(_ call: FakeService.Call, _ ids: [String]) -> FakeService.Answer {
        // A full first call is followed by others: each brings its own tenth.
        let start = call.body["MaxNumberOfMessages"] == 10 ? 0 : 10
        return .messages(Array(ids.dropFirst(start).prefix(10)))
    }

    @Test func acknowledgesInTensAndTellsWhatIsLost() async throws {
        let ids = (0..<12).map { "m\($0)" }
        try await FakeService.with { call in
            switch call.operation {
            case "ReceiveMessage": return Self.receive(call, ids)
            default:
                return .batch(
                    call,
                    failed: [
                        "3": ("ReceiptHandleIsInvalid", "The input receipt handle is invalid.", true),
                        "11": (
                            "InvalidParameterValue",
                            "Value x for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.",
                            true
                        ),
                    ])
            }
        } _: { fake async throws in
            let queue = fake.queue()
            let leases = try await leases(ids, from: queue)
            #expect(try await queue.acknowledge(leases) == [leases[3], leases[11]])
            #expect(fake.calls("DeleteMessageBatch").map { $0.entries("Id").count }.sorted() == [2, 10])
            // What is removed stays removed, what is lost stays lost: the server is not asked again.
            #expect(try await queue.acknowledge(leases) == [leases[3], leases[11]])
            #expect(fake.calls("DeleteMessageBatch").count == 2)
        }
    }

    @Test func repeatsThrottledEntriesAlone() async throws {
        try await FakeService.with { call in
            switch call.operation {
            case "ReceiveMessage": return .messages(["a", "b", "c"])
            default:
                let isFirst = call.entries("Id").count > 1
                return .batch(call, failed: isFirst ? ["1": ("RequestThrottled", "slower", false)] : [:])
            }
        } _: { fake async throws in
            let queue = fake.queue()
            let leases = try await leases(["a", "b", "c"], from: queue)
            #expect(try await queue.extend(leases, visibility: .seconds(60)) == [])
            let calls = fake.calls("ChangeMessageVisibilityBatch")
            #expect(calls.map { $0.entries("Id").count } == [3, 1])
            let throttled = calls[0].body["Entries"]?[1]?["ReceiptHandle"]
            #expect(calls[1].body["Entries"]?[0]?["ReceiptHandle"] == throttled)
        }
    }

    @Test func anEntryWithoutAnAnswerIsRepeated() async throws {
        try await FakeService.with { call in
            switch call.operation {
            case "ReceiveMessage": .messages(["a", "b"])
            case _ where call.entries("Id").count == 2: .json(["Successful": [["Id": "1"]]])
            default: .batch(call)
            }
        } _: { fake async throws in
            let queue = fake.queue()
            let leases = try await leases(["a", "b"], from: queue)
            #expect(try await queue.acknowledge(leases) == [])
            #expect(fake.calls("DeleteMessageBatch").map { $0.entries("Id") } == [["0", "1"], ["0"]])
        }
    }

    @Test func throttlesWithoutEndAreAnErrorAndTheRestIsDone() async throws {
        try await FakeService.with { call in
            call.operation == "ReceiveMessage"
                ? .messages(["a", "b"]) : .batch(call, failed: ["0": ("RequestThrottled", "slower", false)])
        } _: { fake async throws in
            let queue = fake.queue()
            let leases = try await leases(["a", "b"], from: queue)
            let error = await #expect(throws: StoreError.self) { try await queue.acknowledge(leases) }
            #expect(error?.code == .throttled)
            #expect(error?.isTransient == true)
            #expect(fake.calls("DeleteMessageBatch").map { $0.entries("Id").count } == [2, 1, 1, 1, 1])
        }
    }

    @Test(arguments: [
        "ReceiptHandleIsInvalid", "MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight",
    ])
    func anExtensionTellsWhatIsLost(code: String) async throws {
        try await FakeService.with { call in
            switch call.operation {
            case "ReceiveMessage": .messages(["a", "b"])
            case "ChangeMessageVisibilityBatch": .batch(call, failed: ["0": (code, "gone", true)])
            default: .batch(call)
            }
        } _: { fake async throws in
            let queue = fake.queue()
            let leases = try await leases(["a", "b"], from: queue)
            let lost = try await queue.extend(leases, visibility: .seconds(60))
            #expect(lost.count == 1)
            // Its loss is known from now on.
            #expect(try await queue.acknowledge(leases) == lost)
        }
    }

    @Test func twelveHoursAfterItsReceiveALeaseEnds() async throws {
        let time = ManualTime()
        try await FakeService.with { call in
            call.operation == "ReceiveMessage" ? .messages(["a"]) : .batch(call)
        } _: { fake async throws in
            let queue = fake.queue(time: time)
            let leases = try await leases(["a"], from: queue)
            time.advance(by: .seconds(43_200 - 90))
            #expect(try await queue.extend(leases, visibility: .seconds(600)) == [])
            #expect(fake.calls.last?.body["Entries"]?[0]?["VisibilityTimeout"] == 90)
            time.advance(by: .seconds(90))
            #expect(try await queue.extend(leases, visibility: .seconds(600)) == Set(leases))
            #expect(fake.calls.count == 2)
        }
    }

    @Test func ofAnEarlierLifeTheServerTellsTheTwelveHours() async throws {
        try await FakeService.with { call in
            let seconds = call.body["Entries"]?[0]?["VisibilityTimeout"]?.intValue ?? 0
            let text =
                "Value \(seconds) for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]"
            return .batch(call, failed: seconds > 100 ? ["0": ("InvalidParameterValue", text, true)] : [:])
        } _: { fake async throws in
            let adopted = Lease(message: "old", receipt: "of an earlier life")
            #expect(try await fake.queue().extend([adopted], visibility: .seconds(600)) == [])
            #expect(fake.calls.map { $0.body["Entries"]?[0]?["VisibilityTimeout"] } == [600, 300, 150, 75])
        }
    }

    @Test func aDoubtfulLeaseIsTriedBeforeTheMessageIsRemoved() async throws {
        let time = ManualTime()
        try await FakeService.with { call in
            switch call.operation {
            case "ReceiveMessage": .messages(["a", "b"])
            case "ChangeMessageVisibilityBatch":
                .batch(call, failed: ["0": ("InvalidParameterValue", "The receipt handle has expired", true)])
            default: .batch(call)
            }
        } _: { fake async throws in
            let queue = fake.queue(time: time)
            let leases = try await leases(["a", "b"], from: queue)
            time.advance(by: .seconds(60))
            let lost = try await queue.acknowledge(leases)
            #expect(lost.count == 1)
            let removed = fake.calls("DeleteMessageBatch").flatMap { $0.entries("ReceiptHandle") }
            #expect(removed == leases.filter { !lost.contains($0) }.map(\.receipt))
        }
    }

    @Test func aReleaseHidesForItsDelayAndEndsTheLease() async throws {
        try await FakeService.with { call in
            call.operation == "ReceiveMessage" ? .messages(["a"]) : .batch(call)
        } _: { fake async throws in
            let queue = fake.queue()
            let leases = try await leases(["a"], from: queue)
            #expect(try await queue.release(leases, delay: .milliseconds(1500), countsAsAttempt: false) == [])
            #expect(fake.calls.last?.body["Entries"]?[0]?["VisibilityTimeout"] == 2)
            #expect(try await queue.extend(leases, visibility: .seconds(60)) == Set(leases))
            #expect(fake.calls.count == 2)
        }
    }
}
