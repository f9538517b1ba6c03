import FOQUSModel
import SQLiteKit
import Stores
import Testing

@testable import EmbeddedStores

@Suite(.timeLimit(.minutes(1))) struct NotificationTrimTests {
    private func publish(_ numbers: Range<Int>, _ backend: EmbeddedBackend) async throws {
        let worker = WorkerIdentity(consumer: SystemRandom().identifier(), instance: "host")
        try await backend.notifier.publish(
            numbers.flatMap { number in
                [
                    OutgoingNotification(id: "u/\(number)", notification: .consumerRunning(worker, user: "test")),
                    OutgoingNotification(id: "m/\(number)", notification: .text("t", job: nil, worker: worker)),
                ]
            })
    }

    private func count(_ table: String, _ backend: EmbeddedBackend) async throws -> Int {
        try await backend.core.read("count") { try $0.query("SELECT count(*) FROM \(table)") { $0.int(0) }[0] }
    }

    @Test func onlyProcessedNotificationsBeyondTheRetentionGo() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            let backend = try await fixture.open(EmbeddedOptions(role: .gateway, notificationRetention: 10))
            try await publish(0..<50, backend)
            let deliveries = try await backend.updates.receive(limit: 100, wait: .zero)
            #expect(deliveries.count == 50)
            try await backend.updates.commit(through: deliveries[19].sequence)
            // 40 are older than the newest ten, but only 20 are processed.
            #expect(try await count("notification", backend) == 30)
            #expect(try await count("announcement", backend) == 10)
            try await backend.updates.commit(through: deliveries[49].sequence)
            #expect(try await count("notification", backend) == 10)
        }
    }
}
