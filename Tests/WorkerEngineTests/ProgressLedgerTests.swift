import Executors
import JSONKit
import Stores
import TestSupport
import Testing

@testable import WorkerEngine

/// What proves that a worker advances, and what shows that it hangs.
@Suite(.timeLimit(.minutes(1))) struct ProgressLedgerTests {
    private let time = ManualTime()

    @Test func aPartIsOverdueWhenItDoesNotComeBack() {
        let ledger = ProgressLedger(time: time, patience: .seconds(10))
        ledger.expect(.poll, after: .seconds(20))
        ledger.expect(.leases)
        time.advance(by: .seconds(10))
        #expect(ledger.overdue().isEmpty)
        time.advance(by: .seconds(5))
        #expect(ledger.overdue().map(\.part) == [.leases])
        #expect(ledger.overdue().first?.by == .seconds(5))
        ledger.expect(.leases)
        time.advance(by: .seconds(20))
        #expect(ledger.overdue().map(\.part) == [.poll, .leases])
    }

    @Test func whatRestsIsNeverOverdue() {
        let ledger = ProgressLedger(time: time, patience: .seconds(1))
        ledger.expect(.outbox)
        ledger.rest(.outbox)
        time.advance(by: .seconds(1_000_000))
        #expect(ledger.overdue().isEmpty)
    }

    /// With busy slots, an idle queue and jobs that come and go, all parts stamp; when it has drained, none is expected.
    @Test func aWorkerAtWorkIsNeverOverdue() async throws {
        try await withFixture { fixture in
            let gate = Gate()
            let executor = ScriptedExecutor { _ in
                await gate.wait()
                return .success(output: [:])
            }
            let engine = try await withWorker(fixture, executor) { engine in
                let jobs = try await fixture.submit(4)
                try await eventually { await engine.status.running == 2 }
                #expect(engine.progress.overdue().isEmpty)
                await engine.answer()
                gate.open()
                _ = try await fixture.notifications { told in told.filter(\.isFinal).count == jobs.count }
                return engine
            }
            #expect(engine.progress.overdue().isEmpty)
        }
    }

    /// A store that never answers a call is a hang, and not an outage.
    @Test func aCallThatNeverReturnsIsFound() async throws {
        try await withFixture { fixture in
            let keeperTime = ManualTime()
            let ledger = ProgressLedger(time: keeperTime, patience: .seconds(30))
            let keeper = LeaseKeeper(
                queue: StuckQueue(), time: keeperTime, visibility: .seconds(60), progress: ledger,
                logger: fixture.logger)
            await keeper.keep(Lease(message: "1", receipt: "r"), receivedAt: keeperTime.instant()) {}
            let running = Task { await keeper.run() }
            try await eventually {
                keeperTime.advance(by: .seconds(20))
                return ledger.overdue().map(\.part) == [.leases]
            }
            running.cancel()
        }
    }
}

/// Extends no lease, ever: its calls end when their task is cancelled.
private struct StuckQueue: JobQueue {
    func extend(_ leases: [Lease], visibility: Duration) async throws(StoreError) -> Set<Lease> {
        try? await Task.sleep(for: .seconds(3600))
        return []
    }

    func send(_ messages: [OutgoingMessage]) async throws(StoreError) {}
    func receive(limit: Int, visibility: Duration, wait: Duration) async throws(StoreError) -> [ReceivedMessage] { [] }
    func acknowledge(_ leases: [Lease]) async throws(StoreError) -> Set<Lease> { [] }
    func release(_ leases: [Lease], delay: Duration, countsAsAttempt: Bool) async throws(StoreError) -> Set<Lease> {
        []
    }
    func statistics() async throws(StoreError) -> QueueStatistics {
        QueueStatistics(available: 0, delayed: 0, inFlight: 0, dead: 0)
    }
}
