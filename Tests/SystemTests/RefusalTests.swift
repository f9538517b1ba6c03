import FOQUSModel
import FileKit
import GatewayClient
import Glibc
import JSONKit
import ProcessKit
import TestSupport
import Testing

/// Whoever gives the whole something wrong learns what it is.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct RefusalTests {
    @Test func aWrongJobIsToldWhatIsWrong() async throws {
        try await Deployment.with { deployment in
            try await deployment.startGateway()
            let worker = try await deployment.startWorker()
            let flowsheet = Installation.example("simple/session.foqus")
            try await deployment.upload(flowsheet, as: "simple")
            try await uploadFiles(["notes.txt"], as: "bare", deployment)
            try await uploadFiles(["one.foqus", "two.foqus"], as: "both", deployment)
            for (simulation, input, words): (String, JSON, [String]) in [
                ("unknown", [:], ["unknown", "does not exist"]),
                ("bare", [:], ["session.foqus"]),
                ("both", [:], ["session.foqus"]),
                ("simple", ["mixer": ["no_such": 1]], ["no_such"]),
                ("simple", ["nowhere": ["hot_flow": 1]], ["nowhere"]),
                ("simple", ["mixer": ["hot_flow": "warm"]], ["hot_flow"]),
            ] {
                let session = try await deployment.submit(simulation, [input])
                try await session.untilFinished()
                let job = try await session.client.job(session.jobs[0])
                #expect(job.state == .error || job.state == .invalid, "\(job)")
                for word in words { #expect(job.message?.contains(word) == true, "\(simulation): \(job)") }
            }
            let session = try await deployment.submit("simple", [[:]])
            try await session.untilFinished()
            #expect(try await session.states() == [.success])
            try await worker.stop()
        }
    }

    @Test func foqusctlRefusesBeforeItSubmits() async throws {
        try await Deployment.with { deployment in
            try await deployment.startGateway()
            let inputs = Installation.example("inputs/simple-20.csv")
            let unknown = try await deployment.foqusctl("run", "unknown", inputs)
            #expect(unknown.status == 1 && unknown.errors.contains("no simulation unknown"), "\(unknown)")
            let missing = try await deployment.foqusctl("run", "./none.foqus", inputs)
            #expect(missing.status == 2 && missing.errors.contains("none.foqus"), "\(missing)")
            #expect(try await deployment.client.sessions().isEmpty)
        }
    }

    @Test func theSessionOfAnotherUserIsNotThere() async throws {
        try await Deployment.with { deployment in
            try await deployment.startGateway()
            try await deployment.uploadScript("echo '{}'\n", as: "nothing")
            let session = try await deployment.submit("nothing", application: "script", [[:]])
            try await deployment.addUser("mallory", "another password")
            let mallory = deployment.client("mallory", "another password")
            await expectStatus(404) { _ = try await mallory.jobs(of: session.id) }
            await expectStatus(404) { _ = try await mallory.job(session.jobs[0]) }
            await expectStatus(404) { try await mallory.kill(session.id) }
            let stranger = deployment.client("mallory", "wrong")
            await expectStatus(403) { _ = try await stranger.sessions() }
            #expect(try await session.states() == [.submit])
        }
    }

    /// By a worker that is not root, who may read everything.
    @Test func anUnreadableDirectoryIsNamed() async throws {
        try await Deployment.with { deployment in
            #expect(chmod(deployment.directory, 0o755) == 0)
            let closed = Path.join(deployment.directory, "closed")
            try Directory.create(closed, mode: 0o700)
            if geteuid() != 0 { #expect(chmod(closed, 0) == 0) }
            defer { chmod(closed, 0o700) }
            for setting in ["worker.state_directory", "store.directory"] {
                // The other one is in order.
                let open = Path.join(deployment.directory, "open-\(setting)")
                try Directory.create(open)
                #expect(chmod(open, 0o777) == 0)
                let other = setting == "store.directory" ? "worker.state_directory" : "store.directory"
                var command = deployment.command(
                    try Installation.program("foqus-worker"), "run", [setting: closed, other: open])
                if geteuid() == 0 {
                    command.arguments =
                        ["--reuid=65534", "--regid=65534", "--clear-groups", command.path] + command.arguments
                    command.path = "setpriv"
                }
                let end = try await FinishedCommand.run(command)
                #expect(end.status == 78, "\(setting): \(end)")
                #expect(end.errors.contains(closed) && end.errors.contains("ermission denied"), "\(end)")
            }
        }
    }

    @Test func aStateDirectoryHasOneWorker() async throws {
        try await Deployment.with { deployment in
            let worker = try await deployment.startWorker()
            let second = try await run("foqus-worker", "run", deployment)
            #expect(second.status == 75, "\(second)")
            #expect(second.errors.contains("process \(worker.pid)"), "\(second)")
            try await worker.stop()
        }
    }

    @Test(arguments: [
        ("foqus-worker", "run", "worker.slots", "many"),
        ("foqus-worker", "run", "worker.state_directory", "/proc/nowhere"),
        ("foqus-worker", "run", "store.directory", "/proc/nowhere"),
        ("foqus-gateway", "serve", "gateway.listen", "somewhere"),
        ("foqus-gateway", "serve", "gateway.tls_certificate", "/none.pem"),
        ("foqus-gateway", "serve", "store.directory", "/dev/null/store"),
    ])
    func aWrongSettingEndsADaemonWithItsName(
        program: String, verb: String, setting: String, value: String
    ) async throws {
        try await Deployment.with { deployment in
            let end = try await run(program, verb, deployment, [setting: value])
            let key = setting.hasSuffix("directory") ? value : String(setting.split(separator: ".")[1])
            #expect(end.status == 78 && end.errors.contains(key), "\(end)")
        }
    }

    @Test func aPortInUseIsToldWithItsSetting() async throws {
        try await Deployment.with { deployment in
            try await deployment.startGateway()
            let end = try await run("foqus-gateway", "serve", deployment)
            #expect(end.status == 78 && end.errors.contains("\(deployment.port)"), "\(end)")
            #expect(end.errors.contains("listen"), "\(end)")
        }
    }

    // MARK: steps

    private func run(
        _ program: String, _ verb: String, _ deployment: Deployment, _ changes: [String: String] = [:]
    ) async throws -> FinishedCommand {
        try await FinishedCommand.run(deployment.command(try Installation.program(program), verb, changes))
    }

    /// Under these names: the gateway renames what is sent as a configuration only.
    private func uploadFiles(_ names: [String], as simulation: String, _ deployment: Deployment) async throws {
        let name = try SimulationName(simulation)
        let client = deployment.client
        try await client.createSimulation(name, application: "foqus")
        for file in names { try await client.putInput(Array("{}".utf8), try RelativePath(file), of: name) }
    }

    private func expectStatus(_ status: Int, _ body: () async throws -> Void) async {
        await #expect {
            try await body()
        } throws: { error in
            (error as? GatewayClientError)?.code == .status(status)
        }
    }
}
