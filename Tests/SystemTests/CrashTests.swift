import FOQUSModel
import FileKit
import JSONKit
import TestSupport
import Testing

/// kill -9 in the middle of a session: nothing is lost, nothing is told twice.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct CrashTests {
    enum Victim: CaseIterable { case worker, gateway, both }

    /// Of the 50 jobs.
    private static let jobCount = 50

    @Test(arguments: [(Victim.worker, 1), (.worker, 17), (.worker, 40), (.gateway, 10), (.both, 25)])
    func kill9LosesNoFOQUSJob(of victim: Victim, finishedBefore: Int) async throws {
        try await Deployment.with { deployment in
            let gateway = try await deployment.startGateway()
            let worker = try await deployment.startWorker()
            try await deployment.upload(Installation.example("hanging/session.foqus"), as: "hanging")
            let session = try await deployment.submit(
                "hanging", Array(repeating: ["wait": ["seconds": 0.1]], count: Self.jobCount))
            try await session.untilFinished(finishedBefore)
            try await kill(victim, gateway, worker, deployment)
            try await expectEachJobOnce(session, deployment)
        }
    }

    @Test(arguments: Victim.allCases)
    func kill9LosesNoCommandJob(of victim: Victim) async throws {
        try await Deployment.with { deployment in
            let gateway = try await deployment.startGateway()
            let worker = try await deployment.startWorker()
            try await deployment.uploadScript("sleep 0.1; echo '{\"answer\": 42}'\n", as: "answer")
            let session = try await deployment.submit(
                "answer", application: "script", Array(repeating: [:], count: Self.jobCount))
            try await session.untilFinished(10)
            try await kill(victim, gateway, worker, deployment)
            try await expectEachJobOnce(session, deployment)
        }
    }

    @Test func anotherWorkerTakesOverWhatAKilledOneHad() async throws {
        try await Deployment.with(TestSettings(lease: 2)) { deployment in
            try await deployment.startGateway()
            let worker = try await deployment.startWorker()
            try await deployment.uploadScript("sleep 0.1; echo '{}'\n", as: "nothing")
            let session = try await deployment.submit(
                "nothing", application: "script", Array(repeating: [:], count: Self.jobCount))
            try await session.untilFinished(5)
            await worker.crash()
            // It knows nothing of the other's journal: the leases run out.
            try await deployment.startWorker(["worker.state_directory": Path.join(deployment.directory, "other-state")])
            try await expectEachJobOnce(session, deployment)
        }
    }

    /// kill -9, and a new start.
    private func kill(_ victim: Victim, _ gateway: Daemon, _ worker: Daemon, _ deployment: Deployment) async throws {
        if victim != .worker { await gateway.crash() }
        if victim != .gateway { await worker.crash() }
        if victim != .gateway { try await deployment.startWorker() }
        if victim != .worker { try await deployment.startGateway() }
    }

    /// Waits for the end: every job a success, told once, on the result pages once.
    private func expectEachJobOnce(_ session: RunningSession, _ deployment: Deployment) async throws {
        try await session.untilFinished()
        #expect(try await session.states().allSatisfy { $0 == .success })
        let told = try await deployment.finalNotifications()
        #expect(told.count == Self.jobCount)
        #expect(told.values.allSatisfy { $0 == [.success] })
        let records = try await session.records().compactMap { $0["Id"]?.stringValue }
        #expect(records.sorted() == session.jobs.map(\.description).sorted())
        #expect(told.keys.allSatisfy { session.jobs.contains($0) })
    }
}
