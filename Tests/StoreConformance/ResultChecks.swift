import FOQUSModel
import JSONKit
import Stores
import Threading

extension ConformanceCheck {
    static let results: [ConformanceCheck] = [
        ConformanceCheck(.results, "a page holds what finished since the page before, in that order") { store in
            let session = try await store.newStartedSession(jobs: 6)
            try expectEqual(try await store.jobs.makeResultPage(of: session.id), 0, "pages at first")
            try expectEqual(try await store.jobs.resultPage(of: session.id, number: 1), nil, "page 1 at first")
            let order = [4, 0, 5, 2].map { session.jobs[$0] }
            for job in order.prefix(3) {
                try await store.applied(.output(job, ["job": .string(job.description)]))
                try await store.applied(store.status(job, .success))
                await store.advance(.milliseconds(5))
            }
            try expectEqual(try await store.jobs.makeResultPage(of: session.id), 1, "last page")
            try expectEqual(try await store.jobs.makeResultPage(of: session.id), 1, "last page without news")
            try await store.applied(store.status(order[3], .error, message: "failed"))
            try expectEqual(try await store.jobs.makeResultPage(of: session.id), 2, "last page")
            let first = try await store.jobs.resultPage(of: session.id, number: 1)
            try expectEqual(first?.map(\.id), Array(order.prefix(3)), "jobs on page 1")
            for job in first ?? [] {
                try expectEqual(job.output, ["job": .string(job.id.description)], "output on the page")
            }
            let second = try await store.jobs.resultPage(of: session.id, number: 2)
            try expectEqual(second?.map(\.id), [order[3]], "jobs on page 2")
            for number in [-1, 0, 3, 1_000_000] {
                try expectEqual(try await store.jobs.resultPage(of: session.id, number: number), nil, "page \(number)")
            }
            try expectEqual(try await store.jobs.makeResultPage(of: store.newID()), 0, "pages of no session")
        },
        ConformanceCheck(.results, "killed, expired and invalid jobs are results too") { store in
            let session = try await store.newStartedSession(jobs: 4)
            try await store.applied(store.status(session.jobs[0], .expired, message: "too old"))
            try await store.applied(store.status(session.jobs[1], .invalid, message: "not JSON"))
            _ = try await store.jobs.terminate(session.id, at: store.time.now())
            try expectEqual(try await store.jobs.makeResultPage(of: session.id), 1, "last page")
            let page = try await store.jobs.resultPage(of: session.id, number: 1)
            try expectEqual(page?.map(\.id), session.jobs, "jobs on the page")
            try expectEqual(page?.map(\.state), [.expired, .invalid, .terminate, .terminate], "states on the page")
        },
        ConformanceCheck(.results, "pages hold only the session's own jobs") { store in
            let sessions = [try await store.newStartedSession(jobs: 3), try await store.newStartedSession(jobs: 3)]
            for number in 0..<3 {
                for session in sessions { try await store.applied(store.status(session.jobs[number], .success)) }
            }
            for session in sessions {
                try expectEqual(try await store.jobs.makeResultPage(of: session.id), 1, "last page")
                let page = try await store.jobs.resultPage(of: session.id, number: 1)
                try expectEqual(page?.map(\.id), session.jobs, "jobs on the page")
            }
        },
        ConformanceCheck(.results, "concurrent pollers put each job on exactly one page") { store in
            let session = try await store.newStartedSession(jobs: 120)
            let isOver = Locked(false)
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask {
                        while !isOver.withLock({ $0 }) { _ = try await store.jobs.makeResultPage(of: session.id) }
                    }
                }
                for job in session.jobs { try await store.applied(store.status(job, .success)) }
                isOver.withLock { $0 = true }
                try await group.waitForAll()
            }
            let last = try await store.jobs.makeResultPage(of: session.id)
            var paged: [JobID] = []
            for number in 1...last {
                let page = try unwrap(try await store.jobs.resultPage(of: session.id, number: number), "page \(number)")
                try expect(!page.isEmpty, "page \(number) is empty")
                paged += page.map(\.id)
            }
            try expectEqual(paged, session.jobs, "jobs of all pages")
        },
    ]
}
