import AWSPeers
import StoreConformance
import Testing

/// The promises of the protocols, kept on each of the peers.
@Suite(.serialized) struct DynamoConformanceTests {
    private static let checks = ConformanceCheck.checks(
        of: [.table, .updates, .dispatcher, .results, .users], with: [.jobs, .queue, .users])

    @Test(.timeLimit(.minutes(5)), arguments: checks)
    func keepsThePromiseOnRoto(_ check: ConformanceCheck) async throws {
        try await check.run(try await DynamoFixture(.roto()).storeUnderTest())
    }

    @Test(.timeLimit(.minutes(5)), arguments: checks)
    func keepsThePromiseOnMinistack(_ check: ConformanceCheck) async throws {
        try await check.run(try await DynamoFixture(.ministack()).storeUnderTest())
    }

    @Test(.timeLimit(.minutes(5)), arguments: checks)
    func keepsThePromiseOnMoto(_ check: ConformanceCheck) async throws {
        try await check.run(try await DynamoFixture(.moto()).storeUnderTest())
    }
}
