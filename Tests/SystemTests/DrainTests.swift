import FOQUSModel
import FileKit
import Glibc
import JSONKit
import ProcessKit
import TestSupport
import Testing

/// What SIGTERM does to a worker with a job under way and others waiting.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct DrainTests {
    @Test func aRunningJobEndsAndTheOthersWait() async throws {
        try await Deployment.with(TestSettings(slots: 1)) { deployment in
            let gateway = try await deployment.startGateway()
            let worker = try await deployment.startWorker()
            // It runs until the test lets it go.
            let gate = Path.join(deployment.directory, "gate")
            try await deployment.uploadScript("until [ -e \(gate) ]; do sleep 0.02; done\n", as: "gated")
            let session = try await deployment.submit("gated", application: "script", [[:], [:], [:]])
            try await session.until(.running)
            worker.signal(SIGTERM)
            try await worker.untilStopping()
            try File.writeAtomically([], to: gate)
            #expect(await worker.exit() == .exited(0))
            try await session.untilFinished(1)
            #expect(try await session.states() == [.success, .submit, .submit])

            try await deployment.startWorker()
            try await session.untilFinished()
            #expect(try await session.states() == [.success, .success, .success])
            #expect(try await deployment.finalNotifications().values.allSatisfy { $0 == [.success] })
            try await gateway.stop()
        }
    }

    @Test func aSecondSignalGivesJobsBack() async throws {
        try await Deployment.with(TestSettings(slots: 1)) { deployment in
            try await deployment.startGateway()
            let worker = try await deployment.startWorker()
            let mark = Path.join(deployment.directory, "mark")
            try await deployment.uploadScript("[ -e \(mark) ] || { touch \(mark); sleep 3600; }\n", as: "twice")
            let session = try await deployment.submit("twice", application: "script", [[:]])
            try await eventually("the job sleeps") { File.exists(mark) }
            worker.signal(SIGTERM)
            try await worker.untilStopping()
            worker.signal(SIGTERM)
            #expect(await worker.exit() == .exited(0))
            #expect(Strays.processes(below: deployment.directory).isEmpty)
            #expect(try await deployment.finalNotifications().isEmpty)

            try await deployment.startWorker()
            try await session.untilFinished()
            #expect(try await session.states() == [.success])
        }
    }
}
