import FOQUSModel
import Stores

extension ConformanceCheck {
    static let queue: [ConformanceCheck] = [
        ConformanceCheck(.queue, "a message arrives as it was sent") { store in
            let attributes = ["event": "job.submit", "Grüße": "a\"b\\c\u{1F600}", "empty": ""]
            let body = Array("{\"x\":\"größer € \u{1F600}\"}".utf8)
            let sent = store.time.now()
            try await store.queue.send([OutgoingMessage(body: body, attributes: attributes)])
            let message = try await store.receiveOne()
            try expectEqual(message.body, body, "body")
            try expectEqual(message.attributes, attributes, "attributes")
            try expectEqual(message.receiveCount, 1, "receive count")
            try expect(message.sent >= sent, "sent at \(message.sent), before the call at \(sent)")
        },
        ConformanceCheck(.queue, "an empty queue gives nothing at once") { store in
            try expectEqual(try await store.receiveNow(), [], "messages")
            try await store.queue.send([])
            try expectEqual(try await store.receiveNow(), [], "messages")
        },
        ConformanceCheck(.queue, "a receive takes at most its limit") { store in
            try await store.queue.send((0..<25).map { store.text("\($0)") })
            try expectEqual(try await store.receiveNow(limit: 0).count, 0, "messages for limit 0")
            var bodies: Set<[UInt8]> = []
            while true {
                let messages = try await store.receiveNow(limit: 10)
                if messages.isEmpty { break }
                try expect(messages.count <= 10, "\(messages.count) messages for limit 10")
                bodies.formUnion(messages.map(\.body))
            }
            try expectEqual(bodies, Set((0..<25).map { Array("\($0)".utf8) }), "bodies")
        },
        ConformanceCheck(.queue, "messages arrive in the order of sending") { store in
            guard store.capabilities.contains(.strictOrder) else { return }
            for batch in 0..<3 { try await store.queue.send((0..<20).map { store.text("\(batch * 20 + $0)") }) }
            let messages = try await store.receiveNow(limit: 100)
            try expectEqual(messages.map(\.body), (0..<60).map { Array("\($0)".utf8) }, "bodies")
        },
        ConformanceCheck(.queue, "a delayed message is hidden at first") { store in
            try await store.queue.send([store.text("later", delay: .seconds(60)), store.text("now")])
            try expectEqual(try await store.receiveOne(visibility: .seconds(600)).body, Array("now".utf8), "body")
            await store.advance(.seconds(61))
            try expectEqual(try await store.receiveOne().body, Array("later".utf8), "body")
        },
        ConformanceCheck(.queue, "concurrent receivers get each message once") { store in
            let count = 300
            try await store.queue.send((0..<count).map { store.text("\($0)") })
            let bodies = try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask {
                        var bodies: [[UInt8]] = []
                        while case let messages = try await store.receiveNow(limit: 7), !messages.isEmpty {
                            bodies += messages.map(\.body)
                            let lost = try await store.queue.acknowledge(messages.map(\.lease))
                            try expectEqual(lost, [], "lost leases")
                        }
                        return bodies
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            try expectEqual(bodies.count, count, "messages received")
            try expectEqual(Set(bodies).count, count, "different messages received")
        },
        ConformanceCheck(.queue, "statistics count what is available, delayed and in flight") { store in
            guard store.capabilities.contains(.exactStatistics) else { return }
            try await store.queue.send((0..<5).map { store.text("\($0)") })
            try await store.queue.send([store.text("later", delay: .seconds(600))])
            let messages = try await store.receiveNow(limit: 2)
            try expectEqual(
                try await store.queue.statistics(), QueueStatistics(available: 3, delayed: 1, inFlight: 2, dead: 0),
                "statistics")
            _ = try await store.queue.acknowledge([messages[0].lease])
            _ = try await store.queue.release([messages[1].lease], delay: .zero, countsAsAttempt: true)
            try expectEqual(
                try await store.queue.statistics(), QueueStatistics(available: 4, delayed: 1, inFlight: 0, dead: 0),
                "statistics")
        },
        ConformanceCheck(.queue, "messages outlive the process") { store in
            try await store.queue.send([store.text("kept"), store.text("gone")])
            let messages = try await store.receiveNow()
            let gone = try unwrap(messages.first { $0.body == Array("gone".utf8) }, "message gone")
            let kept = try unwrap(messages.first { $0.body == Array("kept".utf8) }, "message kept")
            _ = try await store.queue.acknowledge([gone.lease])
            let reopened = try await store.reopen()
            try expectEqual(try await reopened.receiveNow(), [], "messages while the lease holds")
            try expectEqual(
                try await reopened.queue.extend([kept.lease], visibility: .seconds(60)), [], "lost leases")
            await reopened.advance(.seconds(61))
            let message = try await reopened.receiveOne()
            try expectEqual(message.body, kept.body, "body")
            try expectEqual(message.receiveCount, 2, "receive count")
        },
    ]
}
