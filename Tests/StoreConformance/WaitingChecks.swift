import FOQUSModel
import Stores

extension ConformanceCheck {
    static let waiting: [ConformanceCheck] = [
        ConformanceCheck(.queue, "a waiting receive wakes when a message is sent") { store in
            let receiver = Task {
                try await store.queue.receive(limit: 1, visibility: .seconds(30), wait: .seconds(900))
            }
            try await store.queue.send([store.text("a")])
            // The time does not move: only the sending can end the wait.
            try expectEqual(try await receiver.value.count, 1, "messages")
        },
        ConformanceCheck(.queue, "a waiting receive wakes when a message is released") { store in
            try await store.queue.send([store.text("a")])
            let message = try await store.receiveOne(visibility: .seconds(600))
            let receiver = Task {
                try await store.queue.receive(limit: 1, visibility: .seconds(30), wait: .seconds(900))
            }
            _ = try await store.queue.release([message.lease], delay: .zero, countsAsAttempt: true)
            try expectEqual(try await receiver.value.first?.receiveCount, 2, "receive count")
        },
        ConformanceCheck(.queue, "a waiting receive wakes when a delay ends") { store in
            let receiver = Task {
                try await store.queue.receive(limit: 1, visibility: .seconds(30), wait: .seconds(900))
            }
            try await store.queue.send([store.text("a", delay: .seconds(10))])
            let messages = try await store.result(of: receiver, advancingBy: .seconds(1))
            try expectEqual(messages.count, 1, "messages")
        },
        ConformanceCheck(.queue, "a waiting receive wakes when another's lease ends") { store in
            try await store.queue.send([store.text("a")])
            _ = try await store.receiveOne(visibility: .seconds(10))
            let receiver = Task {
                try await store.queue.receive(limit: 1, visibility: .seconds(30), wait: .seconds(900))
            }
            let messages = try await store.result(of: receiver, advancingBy: .seconds(1))
            try expectEqual(messages.first?.receiveCount, 2, "receive count")
        },
        ConformanceCheck(.queue, "a waiting receive returns empty when its time is over") { store in
            let start = store.time.instant()
            let receiver = Task { try await store.queue.receive(limit: 1, visibility: .seconds(30), wait: .seconds(5)) }
            let messages = try await store.result(of: receiver, advancingBy: .seconds(1))
            try expectEqual(messages, [], "messages")
            let waited = store.time.instant() - start
            try expect(waited >= .seconds(5), "it waited only \(waited) of 5 s")
        },
        ConformanceCheck(.queue, "several waiting receivers share what is sent") { store in
            let receivers = (0..<4).map { _ in
                Task { try await store.queue.receive(limit: 1, visibility: .seconds(30), wait: .seconds(900)) }
            }
            try await store.queue.send((0..<4).map { store.text("\($0)") })
            var bodies: Set<[UInt8]> = []
            for receiver in receivers { bodies.formUnion(try await receiver.value.map(\.body)) }
            try expectEqual(bodies.count, 4, "different messages")
        },
        ConformanceCheck(.queue, "a cancelled receive returns empty and leases nothing") { store in
            let receiver = Task {
                try await store.queue.receive(limit: 1, visibility: .seconds(30), wait: .seconds(900))
            }
            receiver.cancel()
            try expectEqual(try await receiver.value, [], "messages")
            try await store.queue.send([store.text("a")])
            try expectEqual(try await store.receiveOne().receiveCount, 1, "receive count")
        },
        ConformanceCheck(.queue, "receivers cancelled at any moment neither lose nor lease a message") { store in
            // Where a receive cannot be taken back, each round has a message of its own.
            let canTakeBack = store.capabilities.contains(.uncountedRelease)
            if canTakeBack { try await store.queue.send([store.text("a")]) }
            for round in 0..<60 {
                if !canTakeBack { try await store.queue.send([store.text("\(round)")]) }
                let receiver = Task { try await store.receiveNow(limit: 1) }
                for _ in 0..<round { await Task.yield() }
                receiver.cancel()
                let leases = try await receiver.value.map(\.lease)
                _ = try await store.queue.release(leases, delay: .zero, countsAsAttempt: false)
                let message = try await store.receiveOne()
                if canTakeBack {
                    try expectEqual(message.receiveCount, 1, "receive count in round \(round)")
                    _ = try await store.queue.release([message.lease], delay: .zero, countsAsAttempt: false)
                } else {
                    try expectEqual(message.body, Array("\(round)".utf8), "body in round \(round)")
                    try expectEqual(try await store.queue.acknowledge([message.lease]), [], "lost leases")
                }
            }
        },
    ]
}
