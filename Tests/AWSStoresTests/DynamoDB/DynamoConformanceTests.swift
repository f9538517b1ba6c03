import AWSPeers
import StoreConformance
import Testing

/// The promises of the protocols, kept on each of the peers.
@Suite(.serialized) struct DynamoConformanceTests {
    private static let checks = ConformanceCheck.checks(
        of: [.table, .updates, .dispatcher, .results, .users], with: [.jobs, .queue, .users])

    /// The others take a minute and more for so many.
    private static let smallChecks = checks.filter { !$0.name.contains("10,000") }

    /// moto copies the whole table for each transaction, and what another thread writes meanwhile becomes part of it or
    /// is undone with it: nothing that goes on at the same time can be checked there.
    private static let checksOneByOne = smallChecks.filter { check in
        !["concurrent", "however many", "at the same time", "goes to who claims it first"].contains {
            check.name.contains($0)
        }
    }

    @Test(.timeLimit(.minutes(5)), arguments: checks)
    func keepsThePromiseOnRoto(_ check: ConformanceCheck) async throws {
        try await check.run(try await DynamoFixture(.roto()).storeUnderTest())
    }

    @Test(.timeLimit(.minutes(5)), arguments: smallChecks)
    func keepsThePromiseOnMinistack(_ check: ConformanceCheck) async throws {
        try await check.run(try await DynamoFixture(.ministack()).storeUnderTest())
    }

    @Test(.timeLimit(.minutes(5)), arguments: checksOneByOne)
    func keepsThePromiseOnMoto(_ check: ConformanceCheck) async throws {
        try await check.run(try await DynamoFixture(.moto()).storeUnderTest())
    }
}
