import FOQUSModel
import JSONKit
import Stores

extension ConformanceCheck {
    static let notifier: [ConformanceCheck] = [
        ConformanceCheck(.notifier, "notifications are delivered in the order of publishing") { store in
            let time = store.time.now()
            try await store.notifier.publish((0..<5).map { store.notification("a/\($0)", number: $0) })
            try await store.notifier.publish((5..<8).map { store.notification("a/\($0)", number: $0) })
            try await store.notifier.publish([])
            let deliveries = try await store.updates.receive(limit: 100, wait: .zero)
            try expectEqual(deliveries.compactMap(\.number), Array(0..<8), "notifications")
            let sequences = deliveries.map(\.sequence)
            try expect(zip(sequences, sequences.dropFirst()).allSatisfy { $0 < $1 }, "sequences: \(sequences)")
            let first = try unwrap(deliveries.first, "delivery")
            try expectEqual(first.attributes, ["event": "job.unknown", "username": "größer"], "attributes")
            try expect(first.published >= time, "published \(first.published), before the call at \(time)")
        },
        ConformanceCheck(.notifier, "what is not committed is delivered again, what is committed is not") { store in
            try await store.notifier.publish((0..<6).map { store.notification("a/\($0)", number: $0) })
            let first = try await store.updates.receive(limit: 4, wait: .zero)
            try expectEqual(first.compactMap(\.number), [0, 1, 2, 3], "first delivery")
            try await store.updates.commit(through: first[1].sequence)
            let second = try await store.updates.receive(limit: 100, wait: .zero)
            try expectEqual(second.compactMap(\.number), [2, 3, 4, 5], "second delivery")
            try await store.updates.commit(through: second[3].sequence)
            try await store.updates.commit(through: first[0].sequence)
            try expectEqual(try await store.updates.receive(limit: 100, wait: .zero), [], "delivery at the end")
            let reopened = try await store.reopen()
            try expectEqual(try await reopened.updates.receive(limit: 100, wait: .zero), [], "delivery after reopening")
            try await reopened.notifier.publish([store.notification("b/0", number: 6)])
            let third = try await reopened.updates.receive(limit: 100, wait: .zero)
            try expectEqual(third.compactMap(\.number), [6], "third delivery")
            try expect(third[0].sequence > second[3].sequence, "sequences begin anew")
        },
        ConformanceCheck(.notifier, "publishing again under the same id has no effect") { store in
            guard store.capabilities.contains(.idempotentPublish) else { return }
            try await store.notifier.publish([
                store.notification("a/0", number: 0), store.notification("a/1", number: 1),
            ])
            try await store.notifier.publish((0..<3).map { store.notification("a/\($0)", number: $0 * 10) })
            let deliveries = try await store.updates.receive(limit: 100, wait: .zero)
            try expectEqual(deliveries.compactMap(\.number), [0, 1, 20], "notifications")
            try await store.updates.commit(through: deliveries[2].sequence)
            try await store.notifier.publish([store.notification("a/2", number: 2)])
            try expectEqual(try await store.updates.receive(limit: 100, wait: .zero), [], "delivery of a repetition")
        },
        ConformanceCheck(.notifier, "the other topics do not reach the processor") { store in
            let worker = WorkerIdentity(consumer: store.newID(), instance: "host")
            try await store.notifier.publish([
                OutgoingNotification(id: "m/0", notification: .text("setup", job: nil, worker: worker)),
                OutgoingNotification(id: "m/1", notification: .alert("down", detail: "", worker: worker)),
                store.notification("a/0", number: 0),
            ])
            let deliveries = try await store.updates.receive(limit: 100, wait: .zero)
            try expectEqual(deliveries.compactMap(\.number), [0], "notifications")
            try expectEqual(deliveries.count, 1, "deliveries")
        },
        ConformanceCheck(.notifier, "a notification arrives as the event that was published") { store in
            let job: JobID = store.newID()
            let worker = WorkerIdentity(consumer: store.newID(), instance: "host")
            try await store.notifier.publish([
                OutgoingNotification(
                    id: "a/0",
                    notification: .jobStatus(
                        .error, job: job, session: store.newID(), worker: worker, user: "test", message: "größer"))
            ])
            let delivery = try unwrap(try await store.updates.receive(limit: 1, wait: .zero).first, "delivery")
            try expectEqual(
                try NotificationEvent.events(body: delivery.body, attributes: delivery.attributes),
                [.status(job: job, state: .error, consumer: worker.consumer, message: "größer")], "events")
        },
        ConformanceCheck(.notifier, "a waiting processor wakes when something is published") { store in
            let receiver = Task { try await store.updates.receive(limit: 10, wait: .seconds(900)) }
            try await store.notifier.publish([store.notification("a/0", number: 0)])
            try expectEqual(try await receiver.value.compactMap(\.number), [0], "notifications")
        },
        ConformanceCheck(.notifier, "a waiting processor returns empty when its time is over or it is cancelled") {
            store in
            let late = Task { try await store.updates.receive(limit: 10, wait: .seconds(5)) }
            try expectEqual(try await store.result(of: late, advancingBy: .seconds(1)), [], "notifications in time")
            let cancelled = Task { try await store.updates.receive(limit: 10, wait: .seconds(900)) }
            cancelled.cancel()
            try expectEqual(try await cancelled.value, [], "notifications when cancelled")
        },
        ConformanceCheck(.notifier, "of concurrent publishers each keeps its order and nothing is lost") { store in
            try await withThrowingTaskGroup { group in
                for publisher in 0..<6 {
                    group.addTask {
                        for batch in 0..<10 {
                            let numbers = (0..<3).map { publisher * 1000 + batch * 3 + $0 }
                            try await store.notifier.publish(
                                numbers.map { store.notification("\(publisher)/\($0)", number: $0) })
                        }
                    }
                }
                try await group.waitForAll()
            }
            var numbers: [Int] = []
            while case let batch = try await store.updates.receive(limit: 25, wait: .zero), let last = batch.last {
                numbers += batch.compactMap(\.number)
                try await store.updates.commit(through: last.sequence)
            }
            try expectEqual(numbers.count, 180, "notifications")
            for publisher in 0..<6 {
                let own = numbers.filter { $0 / 1000 == publisher }
                try expectEqual(own, (0..<30).map { publisher * 1000 + $0 }, "notifications of publisher \(publisher)")
            }
        },
    ]
}

extension StoreUnderTest {
    fileprivate func notification(_ id: String, number: Int) -> OutgoingNotification {
        OutgoingNotification(
            id: id,
            notification: .jobOutput(
                .int(Int64(number)), job: newID(), session: newID(), user: "größer"))
    }
}

extension NotificationDelivery {
    /// What the checks number their notifications with.
    fileprivate var number: Int? {
        guard let event = try? NotificationEvent.events(body: body, attributes: attributes).first,
            case .output(_, let value) = event
        else { return nil }
        return value.intValue
    }
}
