import FOQUSModel
import JSONKit
import Stores

extension ConformanceCheck {
    static let updates: [ConformanceCheck] = [
        ConformanceCheck(.updates, "a job's way to success leaves its times, consumer and output") { store in
            let session = try await store.newStartedSession(jobs: 1)
            let job = session.jobs[0]
            let consumer: ConsumerID = store.newID()
            var times: [Timestamp] = []
            for state in [JobState.setup, .running, .success] {
                await store.advance(.seconds(1))
                times.append(store.time.now())
                if state == .success { try await store.applied(.output(job, ["graphError": 0, "x": 1.5])) }
                try await store.applied(store.status(job, state, consumer: consumer))
            }
            let found = try unwrap(try await store.jobs.job(job), "job")
            try expectEqual(found.state, .success, "state")
            try expectEqual([found.setUp, found.started, found.finished], times, "times")
            try expectEqual(found.consumer, consumer, "consumer")
            try expectEqual(found.output, ["graphError": 0, "x": 1.5], "output")
            try expectEqual(found.message, nil, "message")
            try expect(
                try await store.jobs.consumers(activeSince: times[0]).contains { $0.id == consumer },
                "a consumer that reports jobs is not among the consumers")
        },
        ConformanceCheck(.updates, "a whole life can arrive in one batch") { store in
            let session = try await store.newStartedSession(jobs: 3)
            var changes: [JobUpdate] = []
            for job in session.jobs {
                changes += [
                    store.status(job, .setup), store.status(job, .running), .output(job, ["x": 1]),
                    store.status(job, .success),
                ]
            }
            let outcomes = try await store.jobs.apply(changes)
            try expectEqual(outcomes, changes.map { _ in .applied }, "outcomes")
            for job in try await store.jobs.jobs(of: session.id, offset: 0, limit: 10) {
                try expectEqual(job.state, .success, "state")
                try expectEqual(job.output, ["x": 1], "output")
            }
            let again = try await store.jobs.apply(changes)
            for (change, outcome) in zip(changes, again) {
                try expect(outcome != .applied, "\(change) is applied twice")
            }
        },
        ConformanceCheck(.updates, "outcomes stand in the order of the changes") { store in
            let session = try await store.newStartedSession(jobs: 2)
            let outcomes = try await store.jobs.apply([
                store.status(session.jobs[0], .terminate), store.status(store.newID(), .setup),
                store.status(session.jobs[0], .running), store.status(session.jobs[0], .terminate),
                .output(session.jobs[0], 1), .output(store.newID(), 1), store.status(session.jobs[1], .setup),
            ])
            try expectEqual(
                outcomes,
                [.applied, .unknown, .refused(.terminate), .repeated, .refused(.terminate), .unknown, .applied],
                "outcomes")
            try expectEqual(try await store.jobs.apply([]), [], "outcomes of nothing")
        },
        ConformanceCheck(.updates, "an error keeps its message and the output before it") { store in
            let session = try await store.newStartedSession(jobs: 1)
            let job = session.jobs[0]
            try await store.applied(.output(job, ["graphError": 1]))
            try await store.applied(store.status(job, .error, message: "Flowsheet Error: größer"))
            let found = try unwrap(try await store.jobs.job(job), "job")
            try expectEqual(found.message, "Flowsheet Error: größer", "message")
            try expectEqual(found.output, ["graphError": 1], "output")
        },
        ConformanceCheck(.updates, "a success without an output still takes one, once") { store in
            let session = try await store.newStartedSession(jobs: 1)
            let job = session.jobs[0]
            try await store.applied(store.status(job, .success))
            try await store.applied(.output(job, ["x": 1]))
            try expectEqual(try await store.jobs.apply([.output(job, ["x": 1])]), [.repeated], "the same output again")
            try expectEqual(
                try await store.jobs.apply([.output(job, ["x": 2])]), [.refused(.success)], "another output")
            try expectEqual(try await store.jobs.job(job)?.output, ["x": 1], "output")
        },
        ConformanceCheck(.updates, "while a job runs, a new output replaces the old one") { store in
            let session = try await store.newStartedSession(jobs: 1)
            for value in 1...3 { try await store.applied(.output(session.jobs[0], ["x": .int(Int64(value))])) }
            try expectEqual(try await store.jobs.job(session.jobs[0])?.output, ["x": 3], "output")
        },
        ConformanceCheck(.updates, "non-finite numbers of an output are read as strings") { store in
            let session = try await store.newStartedSession(jobs: 1)
            let output: JSON = ["a": .number(.nan), "b": .number(-.infinity), "c": .number(-2.7e-145)]
            try await store.applied(.output(session.jobs[0], output))
            try expectEqual(
                try await store.jobs.job(session.jobs[0])?.output, ["a": "NaN", "b": "-Infinity", "c": -2.7e-145],
                "output")
        },
        ConformanceCheck(.updates, "another attempt begins without the output and message of the one before") { store in
            let session = try await store.newStartedSession(jobs: 1)
            let job = session.jobs[0]
            let (first, second): (ConsumerID, ConsumerID) = (store.newID(), store.newID())
            try await store.applied(store.status(job, .running, consumer: first, message: "half way"))
            try await store.applied(.output(job, ["x": "old"]))
            try await store.applied(store.status(job, .setup, consumer: second))
            let found = try unwrap(try await store.jobs.job(job), "job")
            try expectEqual(found.state, .setup, "state")
            try expectEqual(found.output, nil, "output")
            try expectEqual(found.message, nil, "message")
            try expectEqual(found.consumer, second, "consumer")
            try await store.applied(.output(job, ["x": "new"]))
            try await store.applied(store.status(job, .success, consumer: second))
            try expectEqual(try await store.jobs.job(job)?.output, ["x": "new"], "output at the end")
        },
        ConformanceCheck(.updates, "a late running of a lost attempt does not move the next one") { store in
            let session = try await store.newStartedSession(jobs: 1)
            let job = session.jobs[0]
            let (first, second): (ConsumerID, ConsumerID) = (store.newID(), store.newID())
            let outcomes = try await store.jobs.apply([
                store.status(job, .setup, consumer: first), store.status(job, .setup, consumer: second),
                store.status(job, .running, consumer: first), store.status(job, .running, consumer: second),
            ])
            try expectEqual(outcomes, [.applied, .applied, .refused(.setup), .applied], "outcomes")
            try expectEqual(try await store.jobs.job(job)?.consumer, second, "consumer")
        },
        ConformanceCheck(.updates, "concurrent ends of a job: the first counts") { store in
            let session = try await store.newStartedSession(jobs: 20)
            for job in session.jobs {
                let outcomes = try await withThrowingTaskGroup { group in
                    for state in [JobState.success, .error, .terminate, .success] {
                        group.addTask { try await store.jobs.apply([store.status(job, state)]) }
                    }
                    return try await group.reduce(into: []) { $0 += $1 }
                }
                try expectEqual(outcomes.count { $0 == .applied }, 1, "ends that were applied")
            }
            _ = try await store.jobs.makeResultPage(of: session.id)
            let page = try await store.jobs.resultPage(of: session.id, number: 1)
            try expectEqual(page?.count, session.jobs.count, "jobs on the page")
        },
    ]

    /// Every row of the state machine, and every move that it does not have.
    static let stateMachine: [ConformanceCheck] = JobState.allCases.map { from in
        ConformanceCheck(.updates, "from \(from.rawValue) a job moves as the state machine says") { store in
            for to in JobState.allCases {
                let job = try await store.newJob(at: from)
                let outcome = try await store.jobs.apply([store.status(job, to)])[0]
                switch JobStateMachine.verdict(from: from, to: to) {
                case .move:
                    try expectEqual(outcome, .applied, "outcome of \(from) → \(to)")
                    try expectEqual(try await store.state(of: job), to, "state after \(from) → \(to)")
                case .repeated:
                    try expectEqual(outcome, .repeated, "outcome of \(from) → \(to)")
                    try expectEqual(try await store.state(of: job), from, "state after \(from) → \(to)")
                case .refused:
                    try expectEqual(outcome, .refused(from), "outcome of \(from) → \(to)")
                    try expectEqual(try await store.state(of: job), from, "state after \(from) → \(to)")
                }
            }
        }
    }
}

extension StoreUnderTest {
    /// A job led to `state` by legal moves.
    fileprivate func newJob(at state: JobState) async throws -> JobID {
        let session = try await newSession(jobs: 1)
        if state == .create { return session.jobs[0] }
        _ = try await jobs.start(session.id, at: time.now())
        switch state {
        case .create, .submit: break
        case .stop: _ = try await jobs.stop(session.id, at: time.now())
        default: try await applied(status(session.jobs[0], state))
        }
        try expectEqual(try await self.state(of: session.jobs[0]), state, "state of the new job")
        return session.jobs[0]
    }
}
