import AWSStores
import FOQUSModel
import JSONKit
import Stores
import TestSupport
import Testing
import Threading

struct SQSReceiveTests {
    @Test func asksForAllThatTheContractNeeds() async throws {
        try await FakeService.with { _ in
            .messages(["a"])
        } _: { fake async throws in
            let messages = try await fake.queue().receive(limit: 3, visibility: .seconds(60), wait: .seconds(20))
            #expect(messages.map(\.lease) == [Lease(message: "a", receipt: "receipt of a")])
            #expect(messages.first?.sent == Timestamp(milliseconds: 1_767_225_600_000))
            #expect(
                fake.calls.map(\.body) == [
                    [
                        "MaxNumberOfMessages": 3, "VisibilityTimeout": 60, "WaitTimeSeconds": 20,
                        "MessageAttributeNames": ["All"],
                        "MessageSystemAttributeNames": ["ApproximateReceiveCount", "SentTimestamp"],
                        "AttributeNames": ["ApproximateReceiveCount", "SentTimestamp"],
                        "QueueUrl": .string(FakeService.queueURL),
                    ]
                ])
        }
    }

    @Test func asksForMoreOnlyWhenTheFirstCallIsFull() async throws {
        try await FakeService.with { call in
            let limit = call.body["MaxNumberOfMessages"]?.intValue ?? 0
            return .messages((0..<limit).map { "\(call.number)/\($0)" })
        } _: { fake async throws in
            let queue = fake.queue()
            let messages = try await queue.receive(limit: 25, visibility: .seconds(60), wait: .seconds(20))
            #expect(Set(messages.map(\.lease.message)).count == 25)
            #expect(fake.calls.map { $0.body["WaitTimeSeconds"] } == [20, 0, 0])
            #expect(Set(fake.calls.map { $0.body["MaxNumberOfMessages"]?.intValue }) == [10, 5])
            #expect(try await queue.receive(limit: 10, visibility: .seconds(60), wait: .seconds(20)).count == 10)
            #expect(fake.calls.count == 4)
        }
    }

    @Test func aRichQueueIsAskedManyTimesAtOnceWithoutWaiting() async throws {
        try await FakeService.with { call in
            let limit = call.body["MaxNumberOfMessages"]?.intValue ?? 0
            return .messages(call.number < 6 ? (0..<limit).map { "\(call.number)/\($0)" } : [])
        } _: { fake async throws in
            let queue = fake.queue()
            #expect(try await queue.receive(limit: 10, visibility: .seconds(60), wait: .seconds(20)).count == 10)
            #expect(try await queue.receive(limit: 40, visibility: .seconds(60), wait: .seconds(20)).count == 40)
            #expect(fake.calls.map { $0.body["WaitTimeSeconds"] } == [20, 0, 0, 0, 0])
            // There is little left: the receive after that one waits again.
            #expect(try await queue.receive(limit: 40, visibility: .seconds(60), wait: .seconds(20)).count == 10)
            #expect(try await queue.receive(limit: 1, visibility: .seconds(60), wait: .zero).isEmpty)
            #expect(fake.calls.count == 10)
        }
    }

    @Test func asksForNoMoreThanThereIs() async throws {
        try await FakeService.with { call in
            call.number == 0 ? .messages((0..<10).map { "\($0)" }) : .messages(["last"])
        } _: { fake async throws in
            #expect(try await fake.queue().receive(limit: 64, visibility: .seconds(60), wait: .zero).count == 11)
            #expect(fake.calls.count == 2)
        }
    }

    @Test func aFailureOfAFurtherCallLosesNothing() async throws {
        try await FakeService.with { call in
            guard call.number == 0 else { return .failure(403, code: "AccessDeniedException", message: "no") }
            return .messages((0..<10).map { "\($0)" })
        } _: { fake async throws in
            #expect(try await fake.queue().receive(limit: 12, visibility: .seconds(60), wait: .zero).count == 10)
        }
    }

    @Test func aLongWaitIsSeveralCalls() async throws {
        let time = ManualTime()
        try await FakeService.with { call in
            time.advance(by: .seconds(call.body["WaitTimeSeconds"]?.intValue ?? 0))
            return .json([:])
        } _: { fake async throws in
            let queue = fake.queue(time: time)
            #expect(try await queue.receive(limit: 1, visibility: .seconds(60), wait: .seconds(45)) == [])
            #expect(fake.calls.map { $0.body["WaitTimeSeconds"] } == [20, 20, 5])
        }
    }

    @Test func aServerThatDoesNotWaitIsAskedOnceASecond() async throws {
        let time = ManualTime()
        try await FakeService.with { _ in
            .json([:])
        } _: { fake async throws in
            let queue = fake.queue(time: time)
            let receiver = Task { try await queue.receive(limit: 1, visibility: .seconds(60), wait: .seconds(3)) }
            for count in 1...3 {
                try await eventually("pause \(count)") { time.sleepers == 1 && fake.calls.count == count }
                time.advance(by: .seconds(1))
            }
            #expect(try await receiver.value == [])
            #expect(fake.calls.count == 3)
        }
    }

    @Test(
        arguments: [
            (400, "QueueDoesNotExist", .missing), (403, "AccessDeniedException", .denied),
            (400, "InvalidAddress", .invalid),
        ] as [(Int, String, StoreError.Code)])
    func aRefusalNamesTheQueue(status: Int, code: String, expected: StoreError.Code) async throws {
        try await FakeService.with { _ in
            .failure(status, code: code, message: "why")
        } _: { fake async throws in
            let error = await #expect(throws: StoreError.self) {
                try await fake.queue().receive(limit: 1, visibility: .seconds(60), wait: .zero)
            }
            #expect(error?.description.hasPrefix("cannot receive from queue jobs: ") ?? false)
            #expect(error?.description.contains("why") ?? false)
            #expect(error?.code == expected)
        }
    }
}

/// A receive that is cancelled while its call waits at the server.
struct SQSCancelledReceiveTests {
    /// Lets a call wait until it is opened.
    private final class Door: Sendable {
        private let state = Locked<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

        func pass() async {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    if !state.isOpen { state.waiting.append(continuation) }
                    return state.isOpen
                }
                if isOpen { continuation.resume() }
            }
        }

        func open() {
            let waiting = state.withLock { state in
                defer { state = (true, []) }
                return state.waiting
            }
            for continuation in waiting { continuation.resume() }
        }
    }

    /// A queue of one message, which comes when the door opens, with a receive that was cancelled before.
    private func withCancelled(
        time: any TimeSource, _ body: (FakeService, SQSQueue, @Sendable () -> Void) async throws -> Void
    ) async throws {
        let door = Door()
        try await FakeService.with { call in
            guard call.operation == "ReceiveMessage" else { return .batch(call) }
            guard call.number == 0 else { return .json([:]) }
            await door.pass()
            return .messages(["a"])
        } _: { fake async throws in
            let queue = fake.queue(time: time)
            let receiver = Task { try await queue.receive(limit: 1, visibility: .seconds(60), wait: .seconds(20)) }
            try await eventually("the call") { fake.calls.count == 1 }
            receiver.cancel()
            // The door is shut: only the cancel can end this.
            #expect(try await receiver.value == [])
            try await body(fake, queue, { door.open() })
            door.open()
        }
    }

    @Test func theNextReceiveTakesOverWhatItsCallBrings() async throws {
        try await withCancelled(time: SystemTime()) { fake, queue, open async throws in
            let next = Task { try await queue.receive(limit: 10, visibility: .seconds(60), wait: .seconds(20)) }
            open()
            #expect(try await next.value.map(\.lease.message) == ["a"])
            #expect(fake.calls.count == 1)
        }
    }

    @Test func aReceiveWithoutWaitTakesOverTooButAsksForItself() async throws {
        try await withCancelled(time: ManualTime()) { fake, queue, open async throws in
            let next = Task { try await queue.receive(limit: 10, visibility: .seconds(60), wait: .zero) }
            try await eventually("its own call") { fake.calls.count == 2 }
            open()
            #expect(try await next.value.map(\.lease.message) == ["a"])
        }
    }

    @Test func aReceiveWithoutWaitLooksAtTheCallsOfAllCancelledOnes() async throws {
        let doors = [Door(), Door()]
        try await FakeService.with { call in
            guard call.operation == "ReceiveMessage" else { return .batch(call) }
            guard call.number < 2 else { return .json([:]) }
            await doors[call.number].pass()
            return call.number == 0 ? .json([:]) : .messages(["a"])
        } _: { fake async throws in
            let queue = fake.queue(time: ManualTime())
            // Neither waits, so that the second does not take over the first one's call.
            for count in 1...2 {
                let receiver = Task { try await queue.receive(limit: 1, visibility: .seconds(60), wait: .zero) }
                try await eventually("call \(count)") { fake.calls.count == count }
                receiver.cancel()
                #expect(try await receiver.value == [])
            }
            let next = Task { try await queue.receive(limit: 10, visibility: .seconds(60), wait: .zero) }
            try await eventually("its own call") { fake.calls.count == 3 }
            for door in doors { door.open() }
            #expect(try await next.value.map(\.lease.message) == ["a"])
        }
    }

    @Test func whatNobodyTakesIsGivenBack() async throws {
        let time = ManualTime()
        try await withCancelled(time: time) { fake, queue, open async throws in
            open()
            try await eventually("the moment for a later receive") { time.sleepers == 1 }
            time.advance(by: .seconds(1))
            try await eventually("the release") { fake.calls.count == 2 }
            #expect(fake.calls[1].operation == "ChangeMessageVisibilityBatch")
            #expect(
                fake.calls[1].body["Entries"] == [
                    ["ReceiptHandle": "receipt of a", "VisibilityTimeout": 0, "Id": "0"]
                ])
            #expect(try await queue.receive(limit: 1, visibility: .seconds(60), wait: .zero) == [])
        }
    }

    @Test func closingWaitsForItsCallAndGivesBack() async throws {
        try await withCancelled(time: ManualTime()) { fake, queue, open async throws in
            async let closed: Void = queue.close(grace: .seconds(5))
            open()
            await closed
            #expect(fake.calls.map(\.operation) == ["ReceiveMessage", "ChangeMessageVisibilityBatch"])
        }
    }

    @Test func closingWithoutGraceCutsItsCall() async throws {
        try await withCancelled(time: SystemTime()) { fake, queue, _ async throws in
            await queue.close(grace: .zero)
            #expect(fake.calls.map(\.operation) == ["ReceiveMessage"])
        }
    }
}
