import FOQUSModel
import FileKit
import GatewayClient
import JSONKit
import TestSupport
import Testing

/// Flowsheets with nodes that run simulations of other applications.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct CompositeTests {
    /// What the workbook of the example computes, by a program.
    private static let script = """
        set -e
        number() { sed -n 's/.*"'"$1"'": *\\([0-9.]*\\).*/\\1/p' input.json; }
        flow=$(number feed.flow) hours=$(number hours)
        echo "flow $flow" >notes.txt
        if [ "$hours" = 0 ]; then echo 'no time' >&2; exit 1; fi
        if [ "$hours" = 999 ]; then sleep 3600; fi
        awk -v f="$flow" -v h="$hours" 'BEGIN { printf "{\\"volume\\": %.6f}\\n", f * h }' >output.json
        """

    private func with(
        _ settings: TestSettings = TestSettings(), _ body: (Deployment) async throws -> Void
    ) async throws {
        try await Deployment.with(settings) { deployment in
            try await deployment.startGateway()
            try await deployment.startWorker()
            try await body(deployment)
        }
    }

    /// The example's flowsheet for the application `script`, and the simulation `tank`.
    private func uploadScripted(_ deployment: Deployment) async throws {
        let text = String(decoding: try File.read(Installation.example("composite/session.foqus")), as: UTF8.self)
        let folder = Path.join(deployment.directory, "upload-composite")
        try Directory.create(folder)
        try File.write(
            Array(text.replacing("\"Excel\"", with: "\"script\"").utf8), to: Path.join(folder, "session.foqus"))
        try await deployment.upload(folder, as: "composite")
        try await deployment.uploadScript(Self.script, as: "tank")
    }

    private func isSimulating(_ deployment: Deployment) -> Bool {
        Strays.processes(below: deployment.directory).contains { pid in
            (try? File.read("/proc/\(pid)/cmdline")).map { String(decoding: $0, as: UTF8.self) }
                == "sleep\u{0}3600\u{0}"
        }
    }

    private func cost(_ job: JobStatus) -> Double? { job.output?["output"]?["tank"]?["cost"]?.doubleValue }

    // MARK: workbooks, in the real LibreOffice

    @Test func aNodeRunsAWorkbook() async throws {
        try await with { deployment in
            try await deployment.upload(Installation.example("sinter/tank"), as: "tank", application: "Excel")
            try await deployment.upload(Installation.example("composite/session.foqus"), as: "composite")
            let session = try await deployment.submit(
                "composite", [[:], ["feed": ["mass_flow": 800], "tank": ["hours": 5]], ["tank": ["hours": 3]]])
            try await session.untilFinished()
            let jobs = try await session.client.jobs(of: session.id, withOutput: true)
            #expect(jobs.map(\.state) == [.success, .success, .success], "\(jobs)")
            #expect(jobs.map(cost) == [6000, 5000, 9000])
        }
    }

    @Test func aFlowsheetBringsItsWorkbookWithIt() async throws {
        try await with { deployment in
            let folder = Path.join(deployment.directory, "upload-composite")
            try Directory.create(folder)
            for file in ["composite/session.foqus", "sinter/tank/tank.json", "sinter/tank/tank.xlsx"] {
                try File.copy(
                    from: Installation.example(file), to: Path.join(folder, Path.lastComponent(file)))
            }
            try await deployment.upload(folder, as: "composite")
            let session = try await deployment.submit("composite", [[:], ["tank": ["hours": 5]]])
            try await session.untilFinished()
            let jobs = try await session.client.jobs(of: session.id, withOutput: true)
            #expect(jobs.map(\.state) == [.success, .success], "\(jobs)")
            #expect(jobs.map(cost) == [6000, 15000])
        }
    }

    // MARK: any program

    @Test func aNodesSimulationLeavesItsFiles() async throws {
        try await with { deployment in
            try await uploadScripted(deployment)
            let session = try await deployment.submit(
                "composite", [[:], ["tank": ["hours": 3]], ["tank": ["hours": 0]]])
            try await session.untilFinished()
            let jobs = try await session.client.jobs(of: session.id, withOutput: true)
            #expect(jobs.map(\.state) == [.success, .success, .error], "\(jobs)")
            #expect(jobs.prefix(2).map(cost) == [6000, 9000])
            #expect(jobs[2].message?.contains("node tank: 7: Turbine simulation error") == true, "\(jobs[2])")
            #expect(jobs[2].message?.contains("no time") == true, "\(jobs[2])")
            let paths = try await session.client.files(of: jobs[0].id, in: session.id).map(\.path)
            #expect(paths.contains("nodes/tank-1/notes.txt"), "\(paths)")
            #expect(!paths.contains("nodes/tank-1/job.sh"), "\(paths)")
        }
    }

    @Test func killingTheJobKillsTheSimulation() async throws {
        try await with { deployment in
            try await uploadScripted(deployment)
            let session = try await deployment.submit("composite", [["tank": ["hours": 999]]])
            try await eventually("the simulation runs", within: .seconds(120)) { isSimulating(deployment) }
            try await session.client.kill(session.id)
            try await session.untilFinished()
            #expect(try await session.states() == [.terminate])
            try await eventually("the simulation is gone") { !isSimulating(deployment) }
        }
    }

    @Test func theJobsTimeoutEndsTheSimulation() async throws {
        try await with(TestSettings(jobTimeout: 3)) { deployment in
            try await uploadScripted(deployment)
            let session = try await deployment.submit("composite", [["tank": ["hours": 999]], [:]])
            try await session.untilFinished()
            let jobs = try await session.client.jobs(of: session.id)
            #expect(jobs.map(\.state) == [.error, .success], "\(jobs)")
            #expect(jobs[0].message?.contains("timeout") == true, "\(jobs[0])")
            try await eventually("the simulation is gone") { !isSimulating(deployment) }
        }
    }

    @Test func aSimulationThatIsNotThereIsNamed() async throws {
        try await with { deployment in
            try await deployment.upload(Installation.example("composite/session.foqus"), as: "composite")
            let session = try await deployment.submit("composite", [[:]])
            try await session.untilFinished()
            let job = try await session.client.job(session.jobs[0])
            #expect(job.state == .error)
            #expect(job.message?.contains("needs \"tank\"") == true, "\(job)")
        }
    }
}
