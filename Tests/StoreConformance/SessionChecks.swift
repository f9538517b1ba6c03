import FOQUSModel
import Stores

extension ConformanceCheck {
    static let sessions: [ConformanceCheck] = [
        ConformanceCheck(.table, "a claimed session belongs to its owner") { store in
            let id: SessionID = store.newID()
            try expectEqual(try await store.jobs.session(id), nil, "session before")
            let time = store.time.now()
            let session = try await store.jobs.claimSession(id, owner: try store.user(), at: time)
            try expectEqual(session, Session(id: id, owner: try store.user(), created: time), "session")
            try expectEqual(try await store.jobs.session(id), session, "session as found")
        },
        ConformanceCheck(.table, "claiming again changes nothing, another's session is refused") { store in
            let id: SessionID = store.newID()
            let first = try await store.jobs.claimSession(id, owner: try store.user(), at: store.time.now())
            await store.advance(.seconds(5))
            let again = try await store.jobs.claimSession(id, owner: try store.user(), at: store.time.now())
            try expectEqual(again, first, "session")
            try await expectError(.conflict, "claim of another's session") {
                _ = try await store.jobs.claimSession(id, owner: try store.user("test2"), at: store.time.now())
            }
            try expectEqual(try await store.jobs.session(id), first, "session after the refusal")
        },
        ConformanceCheck(.table, "a session without an owner goes to who claims it first") { store in
            let id: SessionID = store.newID()
            let created = store.time.now()
            let free = try await store.jobs.claimSession(id, owner: nil, at: created)
            try expectEqual(free, Session(id: id, owner: nil, created: created), "session")
            await store.advance(.seconds(5))
            let claims = await withTaskGroup { group in
                for number in 0..<6 {
                    group.addTask {
                        try? await store.jobs.claimSession(
                            id, owner: try store.user("user\(number)"), at: store.time.now())
                    }
                }
                return await group.reduce(into: [Session]()) { if let claim = $1 { $0.append(claim) } }
            }
            try expectEqual(claims.count, 1, "successful claims")
            try expectEqual(claims.first?.created, created, "creation time")
            try expectEqual(try await store.jobs.session(id), claims.first, "session")
        },
        ConformanceCheck(.table, "a user's sessions are listed oldest first, page by page") { store in
            var wanted: [SessionID] = []
            for number in 0..<25 {
                let id: SessionID = store.newID()
                // test and test2: a prefix of a name is another name.
                let owner = try store.user(number % 5 == 4 ? "test2" : "test")
                _ = try await store.jobs.claimSession(id, owner: owner, at: store.time.now())
                if number % 5 != 4 { wanted.append(id) }
                if number % 2 == 0 { await store.advance(.milliseconds(10)) }
            }
            _ = try await store.jobs.claimSession(store.newID(), owner: nil, at: store.time.now())
            var found: [SessionID] = []
            while true {
                let page = try await store.jobs.sessions(of: try store.user(), after: found.last, limit: 6)
                if page.isEmpty { break }
                try expect(page.count <= 6, "\(page.count) sessions for limit 6")
                try expect(page.allSatisfy { $0.owner?.description == "test" }, "a session of somebody else: \(page)")
                found += page.map(\.id)
            }
            try expectEqual(found, wanted, "sessions")
        },
        ConformanceCheck(.table, "a summary counts the session's own jobs by state") { store in
            let session = try await store.newStartedSession(jobs: 6)
            _ = try await store.newSession(jobs: 3)
            try await store.applied(store.status(session.jobs[0], .setup))
            try await store.applied(store.status(session.jobs[1], .success))
            try await store.applied(store.status(session.jobs[2], .error))
            let summary = try await store.jobs.summary(of: session.id)
            try expectEqual(
                summary, SessionSummary(counts: [.submit: 3, .setup: 1, .success: 1, .error: 1]), "summary")
            try expectEqual(try await store.jobs.summary(of: store.newID()).total, 0, "jobs of an unknown session")
        },
        ConformanceCheck(.table, "consumers are those heard of since") { store in
            let (old, new): (ConsumerID, ConsumerID) = (store.newID(), store.newID())
            let first = store.time.now()
            try await store.applied(.consumerRunning(old, instance: "host-a", at: first))
            await store.advance(.seconds(60))
            let second = store.time.now()
            try await store.applied(.consumerRunning(new, instance: nil, at: second))
            try expectEqual(
                Set(try await store.jobs.consumers(activeSince: first)),
                [
                    Consumer(id: old, instance: "host-a", running: first),
                    Consumer(id: new, instance: nil, running: second),
                ], "all consumers")
            try expectEqual(try await store.jobs.consumers(activeSince: second).map(\.id), [new], "new consumers")
            await store.advance(.seconds(60))
            let third = store.time.now()
            try await store.applied(.consumerRunning(old, instance: "host-a", at: third))
            try expectEqual(
                try await store.jobs.consumers(activeSince: third),
                [Consumer(id: old, instance: "host-a", running: third)], "consumers after a keepalive")
        },
    ]
}
