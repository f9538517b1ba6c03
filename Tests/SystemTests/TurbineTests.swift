import FOQUSModel
import FileKit
import GatewayClient
import Glibc
import JSONKit
import ProcessKit
import TestSupport
import Testing

/// A worker that forwards jobs over HTTPS to a second gateway, behind which another worker runs them.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct TurbineTests {
    /// The far deployment serves AspenPlus by a script, the near one by the far one.
    private func with(_ body: (_ near: Deployment, _ far: Deployment) async throws -> Void) async throws {
        var settings = TestSettings()
        settings.more = """
            [application.AspenPlus]
            executor = command
            program = /bin/sh
            arguments = job.sh
            """
        try await Deployment.with(settings) { far in
            let (certificate, key) = (Path.join(far.directory, "tls.crt"), Path.join(far.directory, "tls.key"))
            var make = Command(
                "/usr/bin/openssl",
                [
                    "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost", "-out", certificate, "-keyout", key,
                ])
            make.environment = ["PATH": "/usr/bin:/bin"]
            let made = try await FinishedCommand.run(make)
            try #require(made.status == 0, "\(made)")
            try await far.startGateway(["gateway.tls_certificate": certificate, "gateway.tls_key": key])
            try await far.startWorker()

            var forwarding = TestSettings()
            let password = Path.join(far.directory, "far.password")
            try File.writeAtomically(Array(Deployment.password.utf8), to: password, mode: 0o600, sync: false)
            forwarding.more = """
                [application.AspenPlus]
                url = https://localhost:\(far.port)
                dialect = foqus
                user = \(Deployment.user)
                password_file = \(password)
                ca_file = \(certificate)
                prefix = near-
                poll_min = 50ms
                poll_max = 200ms
                """
            try await Deployment.with(forwarding) { near in
                try await near.startGateway()
                try await body(near, far)
            }
        }
    }

    private func upload(_ script: String, to deployment: Deployment) async throws {
        let folder = Path.join(deployment.directory, "flash")
        try Directory.create(folder)
        let configuration = """
            {"title": "", "description": "", "author": "", "date": "", "config-version": "1.0", "filetype": "sinterconfig",
             "filetype-version": 0.3, "application": {"name": "Aspen Plus"}, "model": {"file": "flash.bkp"},
             "input-files": []}
            """
        for (name, text) in [("flash.json", configuration), ("flash.bkp", "a model"), ("job.sh", script)] {
            try File.writeAtomically(Array(text.utf8), to: Path.join(folder, name), mode: 0o644, sync: false)
        }
        try await deployment.upload(folder, as: "flash", application: "AspenPlus")
    }

    @Test func jobsAreRunBehindTheOtherGateway() async throws {
        try await with { near, far in
            try await near.startWorker()
            try await upload(#"printf '{"T": {"value": 1, "units": "K"}, "got": %s}' "$(cat)" >output.json"#, to: near)
            let session = try await near.submit(
                "flash", application: "AspenPlus", (0..<5).map { ["x": .int(Int64($0))] })
            try await session.untilFinished()
            for (index, id) in session.jobs.enumerated() {
                let job = try await session.client.job(id, withOutput: true)
                #expect(job.state == .success, "\(job)")
                #expect(job.output?["got"] == ["x": .int(Int64(index))])
            }
        }
    }

    @Test func errorsAndCancellationsReachTheOtherSide() async throws {
        try await with { near, far in
            let runs = Path.join(far.directory, "runs")
            try await near.startWorker()
            try await upload(
                #"if grep -q fail input.json; then echo 'flash is dry' >&2; exit 3; fi; echo $$ >\#(runs); exec sleep 60"#,
                to: near)
            let failing = try await near.submit("flash", application: "AspenPlus", [["x": "fail"]])
            try await failing.untilFinished()
            let job = try await failing.client.job(failing.jobs[0])
            #expect(job.state == .error && job.message?.contains("flash is dry") == true, "\(job)")

            let long = try await near.submit("flash", application: "AspenPlus", [["x": "wait"]])
            try await long.until(.running)
            try await eventually("the far job runs") { (try? File.read(runs))?.isEmpty == false }
            _ = try await near.succeeding("session", "kill", "\(long.id)")
            try await long.untilFinished()
            let pid = try #require(
                Int32(String(decoding: try File.read(runs), as: UTF8.self).split(separator: "\n").first ?? ""))
            try await eventually("the far program ends") { Glibc.kill(pid, 0) != 0 }
        }
    }

    /// The near worker is killed while the far job runs: its successor takes that up, and the job runs once.
    @Test func aKilledWorkersJobIsTakenUpAndRunsOnce() async throws {
        try await with { near, far in
            let first = try await near.startWorker()
            let (marks, go) = (Path.join(far.directory, "marks"), Path.join(far.directory, "go"))
            try await upload(
                "echo run >>\(marks); while [ ! -e \(go) ]; do sleep 0.05; done; echo '{\"T\": 5}' >output.json",
                to: near)
            let session = try await near.submit("flash", application: "AspenPlus", [["x": 1]])
            try await eventually("the far job runs") { File.exists(marks) }
            await first.kill()
            try await near.startWorker()
            try File.writeAtomically([], to: go)
            try await session.untilFinished()
            let job = try await session.client.job(session.jobs[0], withOutput: true)
            #expect(job.state == .success && job.output == ["T": 5], "\(job)")
            #expect(String(decoding: try File.read(marks), as: UTF8.self) == "run\n")
        }
    }
}
