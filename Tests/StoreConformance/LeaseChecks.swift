import FOQUSModel
import Stores

extension ConformanceCheck {
    static let leases: [ConformanceCheck] = [
        ConformanceCheck(.queue, "a leased message is hidden until its visibility timeout ends") { store in
            try await store.queue.send([store.text("a")])
            let first = try await store.receiveOne(visibility: .seconds(30))
            try expectEqual(try await store.receiveNow(), [], "messages during the lease")
            await store.advance(.seconds(31))
            let second = try await store.receiveOne()
            try expectEqual(second.body, first.body, "body")
            try expectEqual(second.receiveCount, 2, "receive count")
            try expect(second.lease != first.lease, "the second receive has the lease of the first")
        },
        ConformanceCheck(.queue, "an extended lease hides the message for longer") { store in
            try await store.queue.send([store.text("a")])
            let message = try await store.receiveOne(visibility: .seconds(30))
            await store.advance(.seconds(20))
            let lost = try await store.queue.extend([message.lease], visibility: .seconds(30))
            try expectEqual(lost, [], "lost leases")
            await store.advance(.seconds(20))
            try expectEqual(try await store.receiveNow(), [], "messages during the extended lease")
            await store.advance(.seconds(11))
            try expectEqual(try await store.receiveOne().receiveCount, 2, "receive count")
        },
        ConformanceCheck(.queue, "a lease lost to another receiver has no power") { store in
            try await store.queue.send([store.text("a")])
            let old = try await store.receiveOne(visibility: .seconds(30)).lease
            await store.advance(.seconds(31))
            let new = try await store.receiveOne(visibility: .seconds(30)).lease
            try expectEqual(try await store.queue.extend([old], visibility: .zero), [old], "lost by extend")
            try expectEqual(
                try await store.queue.release([old], delay: .zero, countsAsAttempt: true), [old], "lost by release")
            try expectEqual(try await store.queue.acknowledge([old]), [old], "lost by acknowledge")
            try expectEqual(try await store.receiveNow(), [], "messages during the new lease")
            try expectEqual(try await store.queue.acknowledge([new]), [], "lost by the holder's acknowledge")
        },
        ConformanceCheck(.queue, "an acknowledged message is gone for good") { store in
            try await store.queue.send([store.text("a"), store.text("b")])
            let messages = try await store.receiveNow()
            try expectEqual(messages.count, 2, "messages")
            try expectEqual(try await store.queue.acknowledge([messages[0].lease]), [], "lost leases")
            await store.advance(.seconds(3600))
            try expectEqual(try await store.receiveOne().body, messages[1].body, "body")
        },
        ConformanceCheck(.queue, "acknowledging a batch tells which leases were lost") { store in
            try await store.queue.send((0..<4).map { store.text("\($0)") })
            let messages = try await store.receiveNow(limit: 4)
            _ = try await store.queue.acknowledge([messages[1].lease])
            let unknown = Lease(message: "none", receipt: "none")
            let lost = try await store.queue.acknowledge(messages.map(\.lease) + [unknown])
            try expect(lost.contains(unknown), "a lease nobody ever had is not lost")
            try expect(
                lost.isDisjoint(with: [0, 2, 3].map { messages[$0].lease }), "a lease that held is lost: \(lost)")
            await store.advance(.seconds(3600))
            try expectEqual(try await store.receiveNow(), [], "messages")
        },
        ConformanceCheck(.queue, "a released message can be received at once, the lease is lost") { store in
            try await store.queue.send([store.text("a")])
            let old = try await store.receiveOne(visibility: .seconds(600)).lease
            try expectEqual(
                try await store.queue.release([old], delay: .zero, countsAsAttempt: true), [], "lost leases")
            try expectEqual(try await store.receiveOne().receiveCount, 2, "receive count")
            try expectEqual(try await store.queue.acknowledge([old]), [old], "lost by acknowledge")
        },
        ConformanceCheck(.queue, "a release hides the message for its delay") { store in
            try await store.queue.send([store.text("a")])
            let lease = try await store.receiveOne(visibility: .seconds(600)).lease
            _ = try await store.queue.release([lease], delay: .seconds(20), countsAsAttempt: true)
            try expectEqual(try await store.receiveNow(), [], "messages during the delay")
            await store.advance(.seconds(21))
            try expectEqual(try await store.receiveOne().receiveCount, 2, "receive count")
        },
        ConformanceCheck(.queue, "a release that is no attempt does not count") { store in
            guard store.capabilities.contains(.uncountedRelease) else { return }
            try await store.queue.send([store.text("a")])
            for _ in 0..<(store.maxReceives * 2) {
                let message = try await store.receiveOne()
                try expectEqual(message.receiveCount, 1, "receive count")
                _ = try await store.queue.release([message.lease], delay: .zero, countsAsAttempt: false)
            }
            try expectEqual(try await store.queue.deadLetters(limit: 10), [], "dead letters")
        },
    ]
}
