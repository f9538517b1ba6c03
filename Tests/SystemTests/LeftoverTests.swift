import FOQUSModel
import FileKit
import GatewayClient
import JSONKit
import TestSupport
import Testing

/// Nothing of a job outlives the job, however its worker ends.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct LeftoverTests {
    /// What a job starts in a session of its own dies neither with the job's process group nor with the worker.
    private static let daemonizing = "setsid sleep 3600 & touch started; sleep 3600\n"

    @Test func aKilledSessionLeavesNoProcess() async throws {
        try await Deployment.with { deployment in
            try await deployment.startGateway()
            try await deployment.startWorker()
            let session = try await startDaemonizing(in: deployment)
            try await session.client.kill(session.id)
            #expect(try await session.states() == [.terminate])
            try await eventually("no process is left") { Strays.processes(below: deployment.directory).isEmpty }
        }
    }

    @Test func aWorkerKillsWhatItsKilledPredecessorLeft() async throws {
        try await Deployment.with { deployment in
            try await deployment.startGateway()
            let worker = try await deployment.startWorker()
            let session = try await startDaemonizing(in: deployment)
            try await deployment.upload(Installation.example("hanging/session.foqus"), as: "hanging")
            let child: JSON = ["wait": ["seconds": 3600, "mode": "child"]]
            let flowsheet = try await deployment.submit("hanging", [child])
            try await flowsheet.until(.running)
            await worker.crash()
            // Or they would be run again.
            try await session.client.kill(session.id)
            try await session.client.kill(flowsheet.id)
            try await deployment.startWorker()
            #expect(Strays.processes(below: deployment.directory).isEmpty)
        }
    }

    private func startDaemonizing(in deployment: Deployment) async throws -> RunningSession {
        try await deployment.uploadScript(Self.daemonizing, as: "daemonizing")
        let session = try await deployment.submit("daemonizing", application: "script", [[:]])
        try await session.until(.running)
        try await eventually("the grandchild runs") {
            try Directory.files(under: Path.join(deployment.directory, "state/jobs")).contains {
                $0.hasSuffix("/started")
            }
        }
        return session
    }
}
