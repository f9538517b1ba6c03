import Glibc
import ProcessKit
import TestSupport
import Testing

/// What whoever starts the daemons sees of them, by the protocol of sd_notify(3). UnitMachineTests has a real systemd.
@Suite(.timeLimit(.minutes(2)))
struct SupervisionTests {
    /// They tell when they are ready and what they do, come back after kill -9, and say that they stop.
    @Test func daemonsAreGoodServices() async throws {
        try await Deployment.with { deployment in
            let gateway = try await deployment.startGateway()
            try await gateway.untilSaying("STATUS=serving \(deployment.gatewayURL)")
            let worker = try await deployment.startWorker(["worker.slots": "3"])
            try await worker.untilSaying("STATUS=0/3 slots busy, 0 queued, outbox 0")
            await worker.crash()
            let next = try await deployment.startWorker()
            next.signal(SIGTERM)
            try await next.untilSaying("STATUS=draining")
            #expect(await next.exit() == .exited(0))
            try await gateway.stop()
        }
    }
}
