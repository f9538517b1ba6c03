import AWSPeers
import StoreConformance
import Testing

/// The promises of the protocols that a table keeps.
private enum Checks {
    static let all = ConformanceCheck.checks(
        of: [.table, .updates, .dispatcher, .results, .users], with: [.jobs, .queue, .users])

    /// The other peers take minutes for so many.
    static let small = all.filter { !$0.name.contains("10,000") }

    /// moto copies the whole table for each transaction, and what another thread writes meanwhile becomes part of it or
    /// is undone with it: nothing that goes on at the same time can be checked there.
    static let oneByOne = small.filter { check in
        !["concurrent", "however many", "at the same time", "goes to who claims it first"].contains {
            check.name.contains($0)
        }
    }
}

@Suite(.serialized) struct DynamoOnRotoTests {
    @Test(.timeLimit(.minutes(5)), arguments: Checks.all)
    func keepsThePromise(_ check: ConformanceCheck) async throws {
        try await check.run(try await DynamoFixture(.roto()).storeUnderTest())
    }
}

@Suite(.serialized) struct DynamoOnMinistackTests {
    @Test(.timeLimit(.minutes(5)), arguments: Checks.small)
    func keepsThePromise(_ check: ConformanceCheck) async throws {
        try await check.run(try await DynamoFixture(.ministack()).storeUnderTest())
    }
}

@Suite(.serialized) struct DynamoOnMotoTests {
    @Test(.timeLimit(.minutes(5)), arguments: Checks.oneByOne)
    func keepsThePromise(_ check: ConformanceCheck) async throws {
        try await check.run(try await DynamoFixture(.moto()).storeUnderTest())
    }
}
