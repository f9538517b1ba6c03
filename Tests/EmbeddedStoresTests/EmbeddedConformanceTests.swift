import StoreConformance
import Testing

@Suite struct EmbeddedConformanceTests {
    @Test(.timeLimit(.minutes(1)), arguments: ConformanceCheck.all)
    func keepsThePromise(_ check: ConformanceCheck) async throws {
        try await EmbeddedStoreFixture.with { fixture in try await check.run(try await fixture.storeUnderTest()) }
    }
}
