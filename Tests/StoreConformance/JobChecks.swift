import FOQUSModel
import JSONKit
import Stores

extension ConformanceCheck {
    static let jobs: [ConformanceCheck] = [
        ConformanceCheck(.table, "a job is read as it was appended") { store in
            let session = try await store.newSession(jobs: 0)
            let input: JSON = [
                "größe €": 1.5, "deep": ["list": [1, -2.7e-145, "NaN", .null, true]], "empty": [:],
                "text": "\u{1F600}\n",
            ]
            let job = try store.newJob(in: session.id, input: input)
            try await store.jobs.append([job])
            try expectEqual(try await store.jobs.job(job.id), job, "job")
            let names = try await store.jobs.job(job.id)?.request.names
            try expectEqual(names, job.request.names, "order of the members")
            try expectEqual(try await store.jobs.job(store.newID()), nil, "an unknown job")
        },
        ConformanceCheck(.table, "appending is all or nothing") { store in
            let session = try await store.newSession(jobs: 2)
            let fresh = try (0..<3).map { _ in try store.newJob(in: session.id) }
            let known = try unwrap(try await store.jobs.job(session.jobs[1]), "job")
            try await expectError(.conflict, "append of a job that exists") {
                try await store.jobs.append([fresh[0], fresh[1], known, fresh[2]])
            }
            try expectEqual(
                try await store.jobs.jobs(of: session.id, offset: 0, limit: 100).map(\.id), session.jobs, "jobs")
            var running = try store.newJob(in: session.id)
            running.state = .running
            try await expectError(.invalid, "append of a running job") { [running] in
                try await store.jobs.append([fresh[0], running])
            }
            try await expectError(.notFound, "append to an unknown session") {
                try await store.jobs.append([try store.newJob(in: store.newID())])
            }
            try await store.jobs.append([])
            try await store.jobs.append(fresh)
            try expectEqual(
                try await store.jobs.jobs(of: session.id, offset: 0, limit: 100).map(\.id),
                session.jobs + fresh.map(\.id), "jobs")
        },
        ConformanceCheck(.table, "a session's jobs are listed in the order of appending, from any number") { store in
            let session = try await store.newSession(jobs: 0)
            let other = try await store.newSession(jobs: 0)
            var wanted: [JobID] = []
            for _ in 0..<7 {
                let jobs = try (0..<3).map { _ in try store.newJob(in: session.id) }
                try await store.jobs.append(jobs + [try store.newJob(in: other.id)])
                wanted += jobs.map(\.id)
            }
            for offset in [0, 1, 10, 20, 21, 500] {
                let jobs = try await store.jobs.jobs(of: session.id, offset: offset, limit: 5)
                try expectEqual(jobs.map(\.id), Array(wanted.dropFirst(offset).prefix(5)), "jobs from \(offset)")
            }
            try expectEqual(try await store.jobs.jobs(of: store.newID(), offset: 0, limit: 5), [], "jobs of no session")
        },
        ConformanceCheck(.table, "snapshots tell states and leave out unknown jobs") { store in
            let session = try await store.newStartedSession(jobs: 3)
            await store.advance(.seconds(5))
            let end = store.time.now()
            try await store.applied(store.status(session.jobs[0], .error, message: "failed"))
            let snapshots = try await store.jobs.snapshots(of: session.jobs + [store.newID()])
            try expectEqual(
                snapshots,
                [
                    session.jobs[0]: JobSnapshot(state: .error, finished: end),
                    session.jobs[1]: JobSnapshot(state: .submit, finished: nil),
                    session.jobs[2]: JobSnapshot(state: .submit, finished: nil),
                ], "snapshots")
            try expectEqual(try await store.jobs.snapshots(of: []), [:], "snapshots of nothing")
        },
        ConformanceCheck(.table, "sessions and jobs outlive the process") { store in
            let session = try await store.newStartedSession(jobs: 3)
            try await store.applied(store.status(session.jobs[1], .success))
            try await store.applied(.output(session.jobs[1], ["value": 1]))
            let before = try await store.jobs.jobs(of: session.id, offset: 0, limit: 10)
            let page = try await store.jobs.makeResultPage(of: session.id)
            let reopened = try await store.reopen()
            try expectEqual(try await reopened.jobs.jobs(of: session.id, offset: 0, limit: 10), before, "jobs")
            try expectEqual(try await reopened.jobs.makeResultPage(of: session.id), page, "last page")
        },
    ]
}
