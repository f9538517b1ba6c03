import Threading

private let threads = BlockingPool(name: "aws-store-test", limit: 2)

/// Runs what blocks, as reading a file, away from the tests' own threads.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await threads.run(body)
}
