import AWSPeers
import FOQUSModel
import JSONKit
import Stores
import TestSupport
import Testing
import Threading

@testable import AWSStores

/// What things cost, in calls.
@Suite struct DynamoCostTests {
    /// A session through its life: appended, started, reported, paged, looked at.
    private func live(_ jobs: DynamoJobTable, _ random: SystemRandom, _ count: Int, user: String) async throws {
        let session: SessionID = random.identifier()
        let owner = try UserName(user)
        let now = SystemTime().now()
        _ = try await jobs.claimSession(session, owner: owner, at: now)
        let requests = try JobRequest.list(
            .array((0..<count).map { ["Simulation": "s", "Input": ["n": .int(Int64($0))]] }))
        let list = requests.map { $0.job(id: random.identifier(), session: session, user: owner, created: now) }
        try await jobs.append(list)
        _ = try await jobs.start(session, at: now)
        _ = try await jobs.snapshots(of: list.map(\.id))
        let consumer: ConsumerID = random.identifier()
        for state in [JobState.setup, .running, .success] {
            _ = try await jobs.apply(list.map { .status($0.id, state, consumer: consumer, message: nil, at: now) })
        }
        _ = try await jobs.summary(of: session)
        _ = try await jobs.makeResultPage(of: session)
        _ = try await jobs.resultPage(of: session, number: 1)
        _ = try await jobs.jobs(of: session, offset: 0, limit: 100)
        _ = try await jobs.sessions(of: owner, after: nil, limit: 100)
    }

    @Test(.timeLimit(.minutes(3))) func callsDoNotGrowWithOthersJobs() async throws {
        let fixture = try await DynamoFixture(.roto())
        let random = SystemRandom()
        try await Recorder.with(fixture.peer) { recorder, service in
            let jobs = DynamoJobTable(
                service: service, table: fixture.name, sender: QueueSender(fixture.queue), time: fixture.time)
            try await live(jobs, random, 20, user: "test")
            let before = recorder.take()
            try await live(fixture.jobs, random, 400, user: "other")
            try await live(jobs, random, 20, user: "test2")
            let after = recorder.take()
            #expect(before.map(\.action).sorted() == after.map(\.action).sorted())
            #expect(!before.contains { $0.action == "Scan" })
            for call in before where call.action == "Query" {
                let type = call.body["ExpressionAttributeValues"]?[":0"]?["S"]?.stringValue ?? ""
                #expect(type.hasPrefix("Session"), "a query of partition \(type), which all share")
            }
            // For 20 jobs: none of their own but the moves to submit, setup and running.
            let counts = Dictionary(grouping: before, by: \.action).mapValues(\.count)
            #expect(counts["UpdateItem"] == 60 + 3 + 2, "\(counts)")
            #expect(counts["TransactWriteItems"] == 3, "\(counts)")
            #expect(before.count < 100, "\(counts)")
        }
    }
}
