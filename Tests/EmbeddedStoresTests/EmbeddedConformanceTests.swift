import StoreConformance
import Testing

/// One after the other: a hundred stores at a time would need more open files than a user has by default.
@Suite(.serialized) struct EmbeddedConformanceTests {
    @Test(.timeLimit(.minutes(1)), arguments: ConformanceCheck.all)
    func keepsThePromise(_ check: ConformanceCheck) async throws {
        try await EmbeddedStoreFixture.with { fixture in try await check.run(try await fixture.storeUnderTest()) }
    }
}
