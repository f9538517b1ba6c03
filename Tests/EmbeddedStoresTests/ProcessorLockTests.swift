import EmbeddedStores
import Stores
import TestSupport
import Testing
import Threading

@Suite(.timeLimit(.minutes(1))) struct ProcessorLockTests {
    @Test func oneProcessorAtATime() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            let (first, second) = (try await fixture.open(), try await fixture.open())
            let order = Locked<[String]>([])
            try await first.processorLock.acquire()
            // Having it already is no reason to wait.
            try await first.processorLock.acquire()
            let waiter = Task {
                try await second.processorLock.acquire()
                order.withLock { $0.append("acquired") }
            }
            order.withLock { $0.append("released") }
            await first.processorLock.release()
            try await waiter.value
            #expect(order.withLock { $0 } == ["released", "acquired"])
        }
    }

    @Test func closingTheStoreReleasesIt() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            let (first, second) = (try await fixture.open(), try await fixture.open())
            try await first.processorLock.acquire()
            let waiter = Task { try await second.processorLock.acquire() }
            await first.close()
            try await waiter.value
        }
    }

    @Test func aCancelledWaiterDoesNotTakeTheLockLater() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            let (first, second, third) = (try await fixture.open(), try await fixture.open(), try await fixture.open())
            try await first.processorLock.acquire()
            let waiter = Task { try await second.processorLock.acquire() }
            waiter.cancel()
            await #expect(throws: CancellationError.self) { try await waiter.value }
            await first.processorLock.release()
            try await third.processorLock.acquire()
            // Who gave up can ask again.
            let again = Task { try await second.processorLock.acquire() }
            await third.processorLock.release()
            try await again.value
        }
    }

    @Test func severalWaitersOfOneProcessGetItTogether() async throws {
        try await EmbeddedStoreFixture.with { fixture in
            let (first, second) = (try await fixture.open(), try await fixture.open())
            try await first.processorLock.acquire()
            let waiters = (0..<3).map { _ in Task { try await second.processorLock.acquire() } }
            await first.processorLock.release()
            for waiter in waiters { try await waiter.value }
        }
    }
}
