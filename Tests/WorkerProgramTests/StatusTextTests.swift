import Testing

@testable import WorkerEngine
@testable import WorkerProgram

/// What `systemctl status` shows of a worker.
@Suite struct StatusTextTests {
    private func status(isDraining: Bool = false) -> WorkerStatus {
        var status = WorkerStatus()
        status.slots = 4
        status.running = 2
        status.outbox = 1
        status.isDraining = isDraining
        return status
    }

    @Test func saysWhatAnOperatorAsks() {
        #expect(Supervision.text(status(), queued: 17) == "2/4 slots busy, 17 queued, outbox 1")
        // Where asking costs money, only what is known.
        #expect(Supervision.text(status(), queued: nil) == "2/4 slots busy, outbox 1")
        #expect(Supervision.text(status(isDraining: true), queued: 17) == "draining: 2/4 slots busy, outbox 1")
    }
}
