import FOQUSModel
import FileKit
import GatewayClient
import JSONKit
import TestSupport
import Testing

/// Several workers and gateways on one store.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SharingTests {
    @Test func twoWorkersRunEachJobOnce() async throws {
        try await Deployment.with { deployment in
            try await deployment.startGateway()
            var workers: [Daemon] = []
            for name in ["a", "b"] {
                let state = Path.join(deployment.directory, "state-\(name)")
                workers.append(try await deployment.startWorker(["worker.state_directory": state]))
            }
            let runs = Path.join(deployment.directory, "runs")
            try await deployment.uploadScript("echo $FOQUS_JOB_ID >> \(runs); sleep 0.1\n", as: "count")
            let session = try await deployment.submit("count", application: "script", Array(repeating: [:], count: 40))
            try await session.untilFinished()
            #expect(try await session.states().allSatisfy { $0 == .success })
            let started = String(decoding: try File.read(runs), as: UTF8.self).split(separator: "\n").map(String.init)
            #expect(started.sorted() == session.jobs.map(\.description).sorted())
            let told = try await deployment.finalNotifications()
            #expect(told.count == 40 && told.values.allSatisfy { $0 == [.success] })
            for worker in workers { #expect(worker.log.contains("job succeeded")) }
        }
    }

    @Test func twoGatewaysServeOneStore() async throws {
        try await Deployment.with { deployment in
            let first = try await deployment.startGateway()
            let port = try Machinery.freePort()
            let second = try await deployment.startGateway(["gateway.listen": "127.0.0.1:\(port)"])
            try await deployment.startWorker()
            try await deployment.uploadScript("echo '{}'\n", as: "nothing")
            let session = try await deployment.submit("nothing", application: "script", [[:], [:]])
            try await session.untilFinished()

            // The second takes over all that the first did.
            await first.crash()
            let client = GatewayClient(
                baseURL: "http://127.0.0.1:\(port)",
                credentials: .init(user: try .init(Deployment.user), password: Deployment.password),
                http: Machinery.http)
            #expect(try await client.jobs(of: session.id).map(\.state) == [.success, .success])
            let id = try await client.createSession()
            let jobs = try await client.append(
                [["Simulation": "nothing", "Application": "script", "Input": [:]]], to: id)
            _ = try await client.start(id)
            try await RunningSession(id: id, jobs: jobs, client: client).untilFinished()
            try await second.stop()
        }
    }
}
