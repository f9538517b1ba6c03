import FOQUSModel
import Stores

extension ConformanceCheck {
    static let deadLetters: [ConformanceCheck] = [
        ConformanceCheck(.deadLetters, "a message received too often becomes a dead letter") { store in
            try await store.queue.send([store.text("poison")])
            for count in 1...store.maxReceives {
                let message = try await store.receiveOne(visibility: .seconds(10))
                try expectEqual(message.receiveCount, count, "receive count")
                try expectEqual(try await store.queue.deadLetters(limit: 10), [], "dead letters")
                await store.advance(.seconds(11))
            }
            try await store.queue.send([store.text("good")])
            try expectEqual(try await store.receiveOne().body, Array("good".utf8), "the message received")
            let letters = try await store.queue.deadLetters(limit: 10)
            try expectEqual(letters.map(\.body), [Array("poison".utf8)], "bodies of dead letters")
            try expectEqual(letters.first?.attributes, ["kind": "check"], "attributes")
            try expectEqual(letters.first?.receiveCount, store.maxReceives, "receive count")
            try expectEqual(try await store.queue.unreported(limit: 10), letters, "unreported")
        },
        ConformanceCheck(.deadLetters, "many dead messages do not stop a receiver") { store in
            let count = 30
            try await store.queue.send((0..<count).map { store.text("\($0)") })
            for _ in 1...store.maxReceives {
                try expectEqual(
                    try await store.receiveNow(limit: count, visibility: .seconds(10)).count, count, "messages")
                await store.advance(.seconds(11))
            }
            try await store.queue.send([store.text("good")])
            let messages = try await store.receiveNow(limit: 4)
            try expectEqual(messages.map(\.body), [Array("good".utf8)], "messages")
            try expectEqual(try await store.queue.deadLetters(limit: 100).count, count, "dead letters")
            try expectEqual(try await store.queue.deadLetters(limit: 7).count, 7, "dead letters of limit 7")
        },
        ConformanceCheck(.deadLetters, "reported dead letters stay, but are not reported again") { store in
            let letters = try await store.bury(["a", "b", "c"])
            try await store.queue.markReported([letters[0].id, "none"])
            try expectEqual(
                try await store.queue.unreported(limit: 10).map(\.id), letters.dropFirst().map(\.id), "unreported")
            try expectEqual(try await store.queue.deadLetters(limit: 10).map(\.id), letters.map(\.id), "all")
        },
        ConformanceCheck(.deadLetters, "a redriven dead letter is a new message") { store in
            let letters = try await store.bury(["a", "b"])
            try expectEqual(try await store.queue.redrive([letters[1].id, "none"]), 1, "redriven")
            let message = try await store.receiveOne()
            try expectEqual(message.body, letters[1].body, "body")
            try expectEqual(message.attributes, letters[1].attributes, "attributes")
            try expectEqual(message.receiveCount, 1, "receive count")
            try expectEqual(try await store.queue.deadLetters(limit: 10).map(\.id), [letters[0].id], "dead letters")
            try expectEqual(try await store.queue.redrive([letters[1].id]), 0, "redriven again")
        },
        ConformanceCheck(.deadLetters, "a dead letter of a started job names the job", with: [.jobs]) { store in
            let session = try await store.newStartedSession(jobs: 1)
            for _ in 1...store.maxReceives {
                _ = try await store.receiveOne(visibility: .seconds(10))
                await store.advance(.seconds(11))
            }
            try expectEqual(try await store.receiveNow(), [], "messages")
            let letter = try unwrap(try await store.queue.unreported(limit: 1).first, "dead letter")
            try expectEqual(letter.attributes["job"], session.jobs[0].description, "attribute job")
        },
    ]
}

extension StoreUnderTest {
    /// Makes dead letters, in this order.
    fileprivate func bury(_ texts: [String]) async throws -> [DeadLetter] {
        for text in texts {
            try await queue.send([self.text(text)])
            for _ in 1...maxReceives {
                _ = try await receiveOne(visibility: .seconds(10))
                await advance(.seconds(11))
            }
            try expectEqual(try await receiveNow(), [], "messages")
        }
        let letters = try await queue.deadLetters(limit: 100)
        try expectEqual(letters.map(\.body), texts.map { Array($0.utf8) }, "dead letters, oldest first")
        return letters
    }
}
