import EmbeddedStores
import EventLoop
import FOQUSModel
import JSONKit
import Stores
import TestSupport
import Testing

/// Several users of one directory, each with connections, watches and locks of its own, as several processes have.
@Suite(.timeLimit(.minutes(1))) struct SharedStoreTests {
    private func message(_ text: String) -> OutgoingMessage {
        OutgoingMessage(body: Array(text.utf8), attributes: [:])
    }

    @Test func aMessageWakesTheReceiverOfAnotherProcess() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            let (gateway, worker) = (try await fixture.open(EmbeddedOptions(role: .gateway)), try await fixture.open())
            let receiver = Task {
                try await worker.queue.receive(limit: 1, visibility: .seconds(30), wait: .seconds(900))
            }
            // The clock stands still: only the signal can wake the receiver.
            try await eventually("the receiver waits") { fixture.time.sleepers > 0 }
            try await gateway.queue.send([message("a")])
            #expect(try await receiver.value.map(\.body) == [Array("a".utf8)])
        }
    }

    @Test func aNotificationWakesTheProcessorOfAnotherProcess() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            let (gateway, worker) = (try await fixture.open(EmbeddedOptions(role: .gateway)), try await fixture.open())
            let processor = Task { try await gateway.updates.receive(limit: 10, wait: .seconds(900)) }
            try await eventually("the processor waits") { fixture.time.sleepers > 0 }
            let identity = WorkerIdentity(consumer: SystemRandom().identifier(), instance: "host")
            try await worker.notifier.publish([
                OutgoingNotification(id: "a/0", notification: .consumerRunning(identity, user: "test"))
            ])
            #expect(try await processor.value.count == 1)
        }
    }

    @Test func aDeadLetterRaisesItsSignal() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            let options = EmbeddedOptions(role: .worker, maxReceives: 1)
            let (gateway, worker) = (try await fixture.open(options), try await fixture.open(options))
            let before = gateway.deadLetterSignal.generation
            let waiter = Task { await gateway.deadLetterSignal.wait(since: before, timeout: .seconds(60)) }
            try await worker.queue.send([message("poison")])
            for _ in 0..<2 {
                _ = try await worker.queue.receive(limit: 1, visibility: .seconds(1), wait: .zero)
                fixture.time.advance(by: .seconds(2))
            }
            #expect(await waiter.value != before)
            #expect(try await gateway.queue.unreported(limit: 10).count == 1)
        }
    }

    @Test func receiversOfTwoProcessesShareTheMessages() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            let backends = [try await fixture.open(), try await fixture.open()]
            let count = 200
            try await backends[0].queue.send((0..<count).map { message("\($0)") })
            let bodies = try await withThrowingTaskGroup { group in
                for receiver in 0..<6 {
                    group.addTask {
                        let queue = backends[receiver % 2].queue
                        var bodies: [[UInt8]] = []
                        while true {
                            let messages = try await queue.receive(limit: 3, visibility: .seconds(60), wait: .zero)
                            if messages.isEmpty { return bodies }
                            bodies += messages.map(\.body)
                            #expect(try await queue.acknowledge(messages.map(\.lease)).isEmpty)
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(bodies.count == count)
            #expect(Set(bodies).count == count)
        }
    }

    @Test func anObjectOfOneProcessIsReadByTheOther() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            let (writer, reader) = (try await fixture.open(), try await fixture.open())
            for size in [10, 100_000] {
                let content = [UInt8](repeating: UInt8(size % 251), count: size)
                let etag = try await writer.objects.put(content, to: "key", in: .simulations)
                #expect(try await reader.objects.info("key", in: .simulations)?.etag == etag)
                #expect(try await reader.objects.get("key", in: .simulations) == content)
            }
        }
    }

    @Test func whatWasConfirmedIsThereForAProcessThatStartsWhileTheOldOneHangs() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            // Never closed before the other opens: as after an abrupt loss, its log and locks lie around.
            let lost = try await fixture.open()
            try await lost.queue.send([message("a"), message("b")])
            let leased = try await lost.queue.receive(limit: 1, visibility: .seconds(30), wait: .zero)
            let next = try await fixture.open()
            let rest = try await next.queue.receive(limit: 10, visibility: .seconds(30), wait: .zero)
            #expect(rest.map(\.body) == [Array("b".utf8)])
            fixture.time.advance(by: .seconds(31))
            let again = try await next.queue.receive(limit: 10, visibility: .seconds(30), wait: .zero)
            #expect(Set(again.map(\.receiveCount)) == [2])
            #expect(again.count == 2)
            #expect(try await next.queue.acknowledge(leased.map(\.lease)) == Set(leased.map(\.lease)))
        }
    }

    @Test func aWaitingReceiverReturnsWhenItsStoreIsClosed() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            let backend = try await fixture.open()
            let receiver = Task {
                try await backend.queue.receive(limit: 1, visibility: .seconds(30), wait: .seconds(900))
            }
            try await eventually("the receiver waits") { fixture.time.sleepers > 0 }
            await backend.close()
            #expect(try await receiver.value.isEmpty)
            await #expect { _ = try await backend.queue.statistics() } throws: {
                ($0 as? StoreError)?.code == .unavailable
            }
        }
    }
}
