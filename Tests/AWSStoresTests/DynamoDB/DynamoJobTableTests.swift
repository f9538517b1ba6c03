import AWSPeers
import FOQUSModel
import JSONKit
import Stores
import TestSupport
import Testing
import Threading

@testable import AWSStores

/// What the protocols leave open.
@Suite struct DynamoJobTableTests {
    private let random = SystemRandom()

    private func newJobs(_ count: Int, in session: SessionID, input: JSON = ["node": ["x": 1]]) throws -> [Job] {
        let requests = try JobRequest.list(
            .array((0..<count).map { _ in ["Simulation": "s", "Input": input] }))
        let (user, now) = (try UserName("test"), SystemTime().now())
        return requests.map { $0.job(id: random.identifier(), session: session, user: user, created: now) }
    }

    private func newSession(_ fixture: DynamoFixture, jobs count: Int = 0) async throws -> (id: SessionID, jobs: [Job])
    {
        let id: SessionID = random.identifier()
        _ = try await fixture.jobs.claimSession(id, owner: try UserName("test"), at: fixture.time.now())
        let jobs = try newJobs(count, in: id)
        try await fixture.jobs.append(jobs)
        return (id, jobs)
    }

    // MARK: append

    @Test(.timeLimit(.minutes(2))) func aLargeAppendLeavesNothingWhenItFails() async throws {
        let fixture = try await DynamoFixture(.roto())
        let session = try await newSession(fixture, jobs: 1)
        var jobs = try newJobs(250, in: session.id)
        jobs[240] = session.jobs[0]
        await #expect(throws: StoreError.self) { try await fixture.jobs.append(jobs) }
        #expect(try await fixture.jobs.snapshots(of: jobs.map(\.id)).count == 1)
        let other: SessionID = random.identifier()
        await #expect(throws: StoreError.self) { try await fixture.jobs.append(try newJobs(250, in: other)) }
        #expect(
            try await fixture.table.query(ItemQuery(type: "Job"), for: "count").count == 1, "rows are left behind")
        #expect(try await fixture.jobs.jobs(of: session.id, offset: 0, limit: 500).count == 1)
    }

    @Test(.timeLimit(.minutes(2))) func manyAppendAtTheSameTime() async throws {
        let fixture = try await DynamoFixture(.roto())
        let session = try await newSession(fixture)
        try await withThrowingTaskGroup { group in
            for count in [1, 40, 120, 3, 250, 7] {
                let jobs = try newJobs(count, in: session.id)
                group.addTask { try await fixture.jobs.append(jobs) }
            }
            try await group.waitForAll()
        }
        #expect(try await fixture.jobs.summary(of: session.id).total == 421)
        let started = try await fixture.jobs.start(session.id, at: fixture.time.now())
        let jobs = try await fixture.jobs.jobs(of: session.id, offset: 0, limit: 1000)
        #expect(started == jobs.map(\.id))
        let some = try await fixture.jobs.jobs(of: session.id, offset: 200, limit: 100)
        #expect(some.map(\.id) == Array(started[200..<300]))
    }

    @Test(.timeLimit(.minutes(2))) func inputsOfHundredsOfKilobytesFit() async throws {
        let fixture = try await DynamoFixture(.ministack())
        let session = try await newSession(fixture)
        let values = JSON.array((0..<15_000).map { .number(Double($0) * 1.1) })
        let jobs = try newJobs(20, in: session.id, input: ["node": ["x": values]])
        try await fixture.jobs.append(jobs)
        #expect(try await fixture.jobs.jobs(of: session.id, offset: 19, limit: 5) == [jobs[19]])
    }

    // MARK: start

    @Test(.timeLimit(.minutes(2))) func jobsThatCouldNotBeSentAreSentByTheNextStart() async throws {
        let fixture = try await DynamoFixture(.roto())
        let session = try await newSession(fixture, jobs: 5)
        fixture.queue.failures.withLock { $0 = 1 }
        let error = await #expect(throws: StoreError.self) {
            try await fixture.jobs.start(session.id, at: fixture.time.now())
        }
        #expect(error?.code == .unavailable)
        fixture.time.advance(by: .seconds(1))
        let later = fixture.time.now()
        #expect(try await fixture.jobs.start(session.id, at: later) == session.jobs.map(\.id))
        #expect(try await fixture.queue.receive(limit: 10, visibility: .seconds(9), wait: .zero).count == 5)
        #expect(try await fixture.jobs.start(session.id, at: later) == [])
        #expect(try await fixture.table.query(ItemQuery(type: "Start"), for: "count").isEmpty)
    }

    /// A start that ended after it had claimed the jobs and moved some, before it sent them.
    private func breakOff(_ session: SessionID, _ jobs: [Job], _ fixture: DynamoFixture) async throws {
        let since = AttributeValue(Int(fixture.time.now().milliseconds))
        let type = SessionItems.type(session)
        let todo = try #require(
            try await fixture.table.query(ItemQuery(type: type, range: .prefix(SessionItems.todo)), for: "break")
                .first?["Id"]?.stringValue)
        for key in [ItemKey(type: type, id: todo), SessionItems.start(session)] {
            _ = try await fixture.table.update(
                key, ItemChange(set: ["Claim": "gone", "Since": since]), for: "break")
        }
        let submitted = jobs.prefix(2).map {
            JobUpdate.status($0.id, .submit, consumer: nil, message: nil, at: fixture.time.now())
        }
        #expect(try await fixture.jobs.apply(submitted) == [.applied, .applied])
    }

    @Test(.timeLimit(.minutes(2))) func anotherStartGoesOnWhereOneBrokeOff() async throws {
        let fixture = try await DynamoFixture(.roto())
        let session = try await newSession(fixture, jobs: 5)
        try await breakOff(session.id, session.jobs, fixture)
        // It may still be at it.
        #expect(try await fixture.jobs.start(session.id, at: fixture.time.now()) == [])
        #expect(try await fixture.jobs.resumeStarts() == [])
        fixture.time.advance(by: .seconds(61))
        #expect(try await fixture.jobs.resumeStarts() == session.jobs.map(\.id))
        let messages = try await fixture.queue.receive(limit: 10, visibility: .seconds(9), wait: .zero)
        #expect(messages.compactMap { $0.attributes["job"] } == session.jobs.map(\.id.description))
        #expect(try await fixture.jobs.resumeStarts() == [])
        #expect(try await fixture.table.query(ItemQuery(type: "Start"), for: "count").isEmpty)
    }

    @Test(.timeLimit(.minutes(2))) func jobsThatRunAreNotSentAnewByATakenOverStart() async throws {
        let fixture = try await DynamoFixture(.roto())
        let session = try await newSession(fixture, jobs: 3)
        try await breakOff(session.id, session.jobs, fixture)
        let running = JobUpdate.status(
            session.jobs[0].id, .running, consumer: nil, message: nil, at: fixture.time.now())
        #expect(try await fixture.jobs.apply([running]) == [.applied])
        fixture.time.advance(by: .seconds(61))
        #expect(
            try await fixture.jobs.start(session.id, at: fixture.time.now()) == session.jobs.dropFirst().map(\.id))
    }

    // MARK: outputs

    @Test(.timeLimit(.minutes(2))) func showsTheOutputThatWasPublished() async throws {
        let fixture = try await DynamoFixture(.roto())
        let jobs = fixture.jobs
        let session = try await newSession(fixture, jobs: 2)
        let (id, other) = (session.jobs[0].id, session.jobs[1].id)
        let value: JSON = ["graphError": 0, "x": .number(.nan), "y": -2.7e-145, "z": 2.0]
        #expect(try await jobs.shown([id: value]) == [])
        // What an earlier attempt left.
        _ = try await jobs.apply([.output(id, ["graphError": 1]), .output(other, ["a": 1])])
        #expect(try await jobs.shown([id: value]) == [])
        #expect(try await jobs.shown([id: value, other: ["a": 1], random.identifier(): value]) == [other])
        // As Node writes it.
        let text = #"{"graphError":0,"x":"NaN","y":-2.7e-145,"z":2}"#
        _ = try await fixture.table.update(
            JobItem.key(id), ItemChange(set: ["output": .string(text)]), for: "test")
        #expect(try await jobs.shown([id: value, other: ["a": 1]]) == [id, other])
    }

    // MARK: a lost answer

    @Test(.timeLimit(.minutes(2))) func aChangeWhoseAnswerWasLostIsApplied() async throws {
        let fixture = try await DynamoFixture(.roto())
        let session = try await newSession(fixture, jobs: 2)
        let now = fixture.time.now()
        let rows = try await fixture.jobs.rows(session.jobs.map(\.id), "test")
        let row = try #require(rows[session.jobs[0].id])
        var job = MovedJob(row)
        let change = JobChange(
            0, .status(row.id, .submit, consumer: nil, message: nil, at: now))
        #expect(job.apply(change) == .applied)
        #expect(!job.isReached(by: row))
        #expect(try await fixture.jobs.write([job], "test") == [])
        // The same again finds its own work.
        #expect(try await fixture.jobs.write([job], "test") == [row.id])
        let after = try #require(try await fixture.jobs.rows([row.id], "test")[row.id])
        #expect(job.isReached(by: after))
    }

    /// Each seventh answer is an error although the call was carried out; the call is made again. On ministack, which
    /// knows a transaction again by its token, as DynamoDB does.
    @Test(.timeLimit(.minutes(3))) func lostAnswersDoNoHarm() async throws {
        let fixture = try await DynamoFixture(.ministack())
        try await Recorder.with(fixture.peer, losingEach: 7) { _, service in
            let table = DynamoJobTable(
                service: service, table: fixture.name, sender: QueueSender(fixture.queue), time: fixture.time)
            let (id, owner, now): (SessionID, UserName, Timestamp) =
                (random.identifier(), try UserName("test"), fixture.time.now())
            #expect(try await table.claimSession(id, owner: owner, at: now).owner == owner)
            let jobs = try newJobs(20, in: id) + newJobs(130, in: id)
            try await table.append(Array(jobs.prefix(20)))
            try await table.append(Array(jobs.dropFirst(20)))
            let ids = jobs.map(\.id)
            #expect(try await table.start(id, at: now) == ids)
            let consumer: ConsumerID = random.identifier()
            for state in [JobState.setup, .running, .success] {
                let outcomes = try await table.apply(
                    ids.prefix(60).map { .status($0, state, consumer: consumer, message: nil, at: now) })
                #expect(outcomes == Array(repeating: .applied, count: 60))
            }
            #expect(try await table.makeResultPage(of: id) == 1)
            #expect(try await table.stop(id, at: now) == Array(ids.dropFirst(60)))
            #expect(try await table.start(id, at: now) == Array(ids.dropFirst(60)))
            #expect(try await table.terminate(id, at: now) == Array(ids.dropFirst(60)))
            #expect(try await table.makeResultPage(of: id) == 2)
            #expect(try await table.resultPage(of: id, number: 1)?.map(\.id) == Array(ids.prefix(60)))
            #expect(try await table.resultPage(of: id, number: 2)?.map(\.id) == Array(ids.dropFirst(60)))
            #expect(try await table.sessions(of: owner, after: nil, limit: 10).map(\.id) == [id])
        }
    }
}
