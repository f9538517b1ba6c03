import AWSPeers
import AWSStores
import StoreConformance
import Stores
import TestSupport
import Testing

/// The promises of queue, dead letters and notifier, on the servers that stand for SQS and SNS.
struct QueueConformanceTests {
    /// Slow with a backlog: it does not get the checks that need one.
    private static let long = ["concurrent receivers", "concurrent publishers", "many dead messages"]
    private static let checks = ConformanceCheck.checks(
        of: [.queue, .deadLetters, .notifier], with: [.queue, .notifier, .updates])

    @Test(.timeLimit(.minutes(5)), arguments: ["ministack", "roto"], checks)
    func keepsThePromise(_ name: String, _ check: ConformanceCheck) async throws {
        try await run(check, on: try await peer(name), raw: true)
    }

    @Test(
        .timeLimit(.minutes(5)),
        arguments: checks.filter { check in !long.contains { check.name.contains($0) } })
    func keepsThePromiseOnMoto(_ check: ConformanceCheck) async throws {
        try await run(check, on: try await .moto(), raw: true)
    }

    /// The same notifications in envelopes.
    @Test(.timeLimit(.minutes(5)), arguments: ConformanceCheck.checks(of: [.notifier], with: [.notifier, .updates]))
    func keepsThePromiseInEnvelopes(_ check: ConformanceCheck) async throws {
        try await run(check, on: try await .ministack(), raw: false)
    }

    private func run(_ check: ConformanceCheck, on peer: AWSPeer, raw: Bool) async throws {
        let deployment = try await Deployment(on: peer, raw: raw)
        try await withTemporaryDirectory { directory in
            try await check.run(deployment.storeUnderTest(scratch: directory))
        }
    }
}

extension Deployment {
    func storeUnderTest(scratch: String) -> StoreUnderTest {
        let queue = queue()
        let source = source()
        return StoreUnderTest(
            queue: HastenedQueue(base: queue), notifier: notifier(), updates: HastenedSource(base: source),
            time: HastenedTime(), advance: { await Haste.advance($0) }, random: SystemRandom(), capabilities: [],
            maxReceives: Self.maxReceives, scratch: scratch,
            reopen: {
                await queue.close(grace: .zero)
                await source.close()
                return storeUnderTest(scratch: scratch)
            })
    }
}
