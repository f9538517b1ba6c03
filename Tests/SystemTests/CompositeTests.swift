import FOQUSModel
import FileKit
import GatewayClient
import JSONKit
import TestSupport
import Testing

/// Flowsheets with nodes that run simulations of other applications.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct CompositeTests {
    /// Workbooks by a program, which computes what the example's README says.
    private static let applications = [
        "application.Excel.executor": "command", "application.Excel.program": "/bin/sh",
        "application.Excel.arguments": "job.sh", "application.Excel.grace": "200ms",
    ]

    private static let script = """
        set -e
        number() { sed -n 's/.*"'"$1"'": *\\([0-9.]*\\).*/\\1/p' input.json; }
        flow=$(number flow) minutes=$(number minutes)
        echo "flow $flow" >notes.txt
        if [ "$minutes" = 0.0 ] || [ "$minutes" = 0 ]; then echo 'no time' >&2; exit 1; fi
        if [ "${minutes%.*}" = 999 ]; then sleep 3600; fi
        awk -v f="$flow" -v m="$minutes" 'BEGIN { printf "{\\"volume\\": %.6f}\\n", 2 * f * m / 60 }' >output.json
        """

    private func with(
        _ settings: TestSettings = TestSettings(), hasTank: Bool = true, _ body: (Deployment) async throws -> Void
    ) async throws {
        try await Deployment.with(settings) { deployment in
            try await deployment.startGateway(Self.applications)
            try await deployment.startWorker(Self.applications)
            let folder = Path.join(deployment.directory, "upload-tank")
            try Directory.create(folder)
            try File.writeAtomically(
                Array(Self.script.utf8), to: Path.join(folder, "job.sh"), mode: 0o644, sync: false)
            if hasTank { try await deployment.upload(folder, as: "tank", application: "Excel") }
            try await deployment.upload(Installation.example("composite/session.foqus"), as: "composite")
            try await body(deployment)
        }
    }

    private func isSimulating(_ deployment: Deployment) -> Bool {
        Strays.processes(below: deployment.directory).contains { pid in
            (try? File.read("/proc/\(pid)/cmdline")).map { String(decoding: $0, as: UTF8.self) }
                == "sleep\u{0}3600\u{0}"
        }
    }

    @Test func aNodesSimulationIsRunByItsApplication() async throws {
        try await with { deployment in
            let session = try await deployment.submit(
                "composite", [[:], ["tank": ["minutes": 3]], ["tank": ["minutes": 0]]])
            try await session.untilFinished()
            let jobs = try await session.client.jobs(of: session.id, withOutput: true)
            #expect(jobs.map(\.state) == [.success, .success, .error])
            for (job, cost) in zip(jobs, [300.0, 150.0]) {
                let value = job.output?["output"]?["tank"]?["cost"]?.doubleValue
                #expect(value.map { abs($0 - cost) < 1e-3 } == true, "\(job)")
            }
            #expect(jobs[2].message?.contains("node tank: 7: Turbine simulation error") == true, "\(jobs[2])")
            #expect(jobs[2].message?.contains("no time") == true, "\(jobs[2])")
            // What the simulation left is a file of the job's.
            let paths = try await session.client.files(of: jobs[0].id, in: session.id).map(\.path)
            #expect(paths.contains("nodes/tank-1/notes.txt"), "\(paths)")
            #expect(!paths.contains("nodes/tank-1/job.sh"), "\(paths)")
        }
    }

    @Test func killingTheJobKillsTheSimulation() async throws {
        try await with { deployment in
            let session = try await deployment.submit("composite", [["tank": ["minutes": 999]]])
            try await eventually("the simulation runs", within: .seconds(120)) {
                isSimulating(deployment)
            }
            try await session.client.kill(session.id)
            try await session.untilFinished()
            #expect(try await session.states() == [.terminate])
            try await eventually("the simulation is gone") {
                !isSimulating(deployment)
            }
        }
    }

    @Test func theJobsTimeoutEndsTheSimulation() async throws {
        try await with(TestSettings(jobTimeout: 3)) { deployment in
            let session = try await deployment.submit("composite", [["tank": ["minutes": 999]], [:]])
            try await session.untilFinished()
            let jobs = try await session.client.jobs(of: session.id)
            #expect(jobs.map(\.state) == [.error, .success])
            #expect(jobs[0].message?.contains("timeout") == true, "\(jobs[0])")
            try await eventually("the simulation is gone") {
                !isSimulating(deployment)
            }
        }
    }

    @Test func aSimulationThatIsNotThereIsNamed() async throws {
        try await with(hasTank: false) { deployment in
            let session = try await deployment.submit("composite", [[:]])
            try await session.untilFinished()
            let job = try await session.client.job(session.jobs[0])
            #expect(job.state == .error)
            #expect(job.message?.contains("\"tank\"") == true, "\(job)")
        }
    }
}
