import FOQUSModel
import JSONKit
import Stores

extension ConformanceCheck {
    static let dispatcher: [ConformanceCheck] = [
        ConformanceCheck(.dispatcher, "start queues each job with the contract's message") { store in
            let session = try await store.newSession(jobs: 5)
            let other = try await store.newSession(jobs: 2)
            await store.advance(.seconds(1))
            let time = store.time.now()
            try expectEqual(try await store.jobs.start(session.id, at: time), session.jobs, "jobs started")
            var messages: [String: ReceivedMessage] = [:]
            for message in try await store.receiveNow() { messages[message.attributes["job"] ?? ""] = message }
            try expectEqual(messages.count, 5, "messages")
            for id in session.jobs {
                let job = try unwrap(try await store.jobs.job(id), "job")
                try expectEqual(job.state, .submit, "state")
                try expectEqual(job.submitted, time, "time of submission")
                let message = try unwrap(messages[id.description], "message of job \(id)")
                try expectEqual(message.attributes, JobMessage.attributes(of: job), "attributes")
                try expectEqual(try JSON.parse(message.body), JobMessage.body(of: job), "body")
                let admitted = try AdmittedMessage(
                    body: message.body, attributes: message.attributes, accepts: .users([try store.user()]))
                try expectEqual(admitted.job, id, "job of the message")
            }
            try expectEqual(try await store.state(of: other.jobs[0]), .create, "state of another session's job")
        },
        ConformanceCheck(.dispatcher, "starting again queues only what came since") { store in
            let session = try await store.newSession(jobs: 2)
            try expectEqual(try await store.jobs.start(session.id, at: store.time.now()).count, 2, "jobs started")
            try expectEqual(try await store.jobs.start(session.id, at: store.time.now()), [], "jobs started again")
            let late = try store.newJob(in: session.id)
            try await store.jobs.append([late])
            try expectEqual(
                try await store.jobs.start(session.id, at: store.time.now()), [late.id], "jobs started late")
            try expectEqual(try await store.receiveNow().count, 3, "messages")
            try expectEqual(try await store.jobs.start(store.newID(), at: store.time.now()), [], "jobs of no session")
        },
        ConformanceCheck(.dispatcher, "however many start a session, each job is queued once") { store in
            let session = try await store.newSession(jobs: 60)
            let started = try await withThrowingTaskGroup { group in
                for _ in 0..<8 { group.addTask { try await store.jobs.start(session.id, at: store.time.now()) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            try expectEqual(started.count, 60, "jobs started in all")
            try expectEqual(Set(started), Set(session.jobs), "jobs started")
            let messages = try await store.receiveNow(limit: 100)
            try expectEqual(
                messages.compactMap { $0.attributes["job"] }.sorted(), session.jobs.map(\.description).sorted(),
                "jobs with messages")
        },
        ConformanceCheck(.dispatcher, "a started session wakes a waiting receiver") { store in
            let session = try await store.newSession(jobs: 1)
            let receiver = Task {
                try await store.queue.receive(limit: 1, visibility: .seconds(30), wait: .seconds(900))
            }
            _ = try await store.jobs.start(session.id, at: store.time.now())
            try expectEqual(try await receiver.value.count, 1, "messages")
        },
        ConformanceCheck(.dispatcher, "kill ends what is not finished and takes it off the queue") { store in
            let session = try await store.newStartedSession(jobs: 6)
            let other = try await store.newStartedSession(jobs: 1)
            try await store.jobs.append([try store.newJob(in: session.id)])
            let leased = try await store.receiveNow(limit: 2, visibility: .seconds(600))
            let leasedJobs = leased.compactMap { $0.attributes["job"].flatMap { JobID($0) } }
            try await store.applied(store.status(leasedJobs[0], .running))
            let finished = try unwrap(session.jobs.first { !leasedJobs.contains($0) }, "job that waits")
            try await store.applied(store.status(finished, .success))
            await store.advance(.seconds(1))
            let time = store.time.now()
            let ended = try await store.jobs.terminate(session.id, at: time)
            let jobs = try await store.jobs.jobs(of: session.id, offset: 0, limit: 10)
            try expectEqual(ended, jobs.map(\.id).filter { $0 != finished }, "jobs ended")
            for job in jobs where job.id != finished {
                try expectEqual(job.state, .terminate, "state")
                try expectEqual(job.finished, time, "end")
            }
            try expectEqual(try await store.state(of: finished), .success, "state of the finished job")
            let left = try await store.receiveNow(limit: 10).compactMap { $0.attributes["job"] }
            try expect(!left.contains { id in ended.contains { $0.description == id } }, "killed jobs wait: \(left)")
            try expect(left.contains(other.jobs[0].description), "another session's job is off the queue")
            try expectEqual(
                try await store.queue.extend(leased.map(\.lease), visibility: .seconds(60)), [],
                "leases lost by the kill")
            try expectEqual(try await store.jobs.terminate(session.id, at: time), [], "jobs ended again")
        },
        ConformanceCheck(.dispatcher, "stop takes waiting jobs off the queue, start puts them back") { store in
            let session = try await store.newStartedSession(jobs: 4)
            var taken: JobID?
            if store.capabilities.contains(.stopSparesLeased) {
                let leased = try await store.receiveNow(limit: 1, visibility: .seconds(600))
                taken = try unwrap(leased.first?.attributes["job"].flatMap { JobID($0) }, "leased job")
            }
            let waiting = session.jobs.filter { $0 != taken }
            try expectEqual(try await store.jobs.stop(session.id, at: store.time.now()), waiting, "jobs stopped")
            for job in waiting { try expectEqual(try await store.state(of: job), .stop, "state") }
            if let taken { try expectEqual(try await store.state(of: taken), .submit, "state of the leased job") }
            try expectEqual(try await store.receiveNow(), [], "messages")
            try expectEqual(try await store.jobs.stop(session.id, at: store.time.now()), [], "jobs stopped again")
            try expectEqual(try await store.jobs.start(session.id, at: store.time.now()), waiting, "jobs started")
            try expectEqual(try await store.receiveNow().count, waiting.count, "messages")
        },
        ConformanceCheck(.dispatcher, "stop, kill and start at the same time leave no stray message") { store in
            let session = try await store.newSession(jobs: 30)
            try await withThrowingTaskGroup { group in
                for round in 0..<12 {
                    group.addTask {
                        let time = store.time.now()
                        switch round % 3 {
                        case 0: _ = try await store.jobs.start(session.id, at: time)
                        case 1: _ = try await store.jobs.stop(session.id, at: time)
                        default: if round == 11 { _ = try await store.jobs.terminate(session.id, at: time) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            _ = try await store.jobs.start(session.id, at: store.time.now())
            let states = try await store.jobs.snapshots(of: session.jobs)
            try expect(states.values.allSatisfy { $0.state == .terminate }, "a job is not ended: \(states)")
            try expectEqual(try await store.receiveNow(limit: 100), [], "messages")
        },
        ConformanceCheck(.dispatcher, "a session of 10,000 jobs") { store in
            let count = 10_000
            let session = try await store.newSession(jobs: count)
            try expectEqual(try await store.jobs.start(session.id, at: store.time.now()), session.jobs, "jobs started")
            try expectEqual(
                try await store.jobs.summary(of: session.id), SessionSummary(counts: [.submit: count]), "summary")
            try expectEqual(try await store.receiveNow().count, 10, "messages")
            for part in stride(from: 0, to: count, by: 1000) {
                let changes = session.jobs[part..<(part + 1000)].map { store.status($0, .success) }
                _ = try await store.jobs.apply(changes)
            }
            try expectEqual(try await store.jobs.makeResultPage(of: session.id), 1, "pages")
            let page = try await store.jobs.resultPage(of: session.id, number: 1)
            try expectEqual(page?.map(\.id), session.jobs, "jobs on the page")
        },
    ]
}
