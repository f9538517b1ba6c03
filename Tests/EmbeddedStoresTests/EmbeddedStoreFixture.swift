import EmbeddedStores
import EventLoop
import FileKit
import StoreConformance
import Stores
import TestSupport
import Threading

/// An embedded store in a directory of its own, with time that stands still.
final class EmbeddedStoreFixture: Sendable {
    let directory: String
    let scratch: String
    let time: ManualTime
    /// One for all, as a user may have only 128 inotify instances, and a loop has one.
    private static let loop = EventLoop.start(name: "embedded-test")
    private let backends = Locked<[EmbeddedBackend]>([])

    private init(base: String) throws {
        directory = Path.join(base, "store")
        scratch = Path.join(base, "scratch")
        time = ManualTime()
        try Directory.create(scratch)
    }

    /// Runs `body`, then closes what it opened and removes the directory.
    static func with<Result>(_ body: (EmbeddedStoreFixture) async throws -> Result) async throws -> Result {
        try await withTemporaryDirectory { base in
            let fixture = try EmbeddedStoreFixture(base: base)
            let result: Swift.Result<Result, any Error>
            do { result = .success(try await body(fixture)) } catch { result = .failure(error) }
            for backend in fixture.backends.withLock({ $0 }) { await backend.close() }
            return try result.get()
        }
    }

    func open(
        _ options: EmbeddedOptions = EmbeddedOptions(role: .worker), directory: String? = nil
    ) async throws(StoreError) -> EmbeddedBackend {
        let backend = try await EmbeddedBackend.open(
            directory: directory ?? self.directory, options: options, loop: Self.loop, time: time)
        backends.withLock { $0.append(backend) }
        return backend
    }

    /// The store as the conformance checks take it.
    func storeUnderTest() async throws -> StoreUnderTest {
        let backend = try await open()
        let time = time
        return StoreUnderTest(
            queue: backend.queue, jobs: backend.jobs, objects: backend.objects, notifier: backend.notifier,
            updates: backend.updates, users: backend.users, time: time, advance: { time.advance(by: $0) },
            random: SystemRandom(), capabilities: Set(StoreUnderTest.Capability.allCases),
            maxReceives: EmbeddedOptions(role: .worker).maxReceives, scratch: scratch,
            reopen: {
                await backend.close()
                return try await self.storeUnderTest()
            })
    }
}
