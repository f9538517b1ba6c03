import FOQUSModel
import FileKit
import GatewayClient
import JSONKit
import ProcessKit
import TestSupport
import Testing

/// Jobs of other applications than FOQUS, through gateway, queue, worker and the real simulators.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ApplicationTests {
    private func output(
        _ deployment: Deployment, _ folder: String, _ application: String, _ inputs: [JSON]
    ) async throws -> [JSON] {
        let path = folder.hasPrefix("/") ? folder : Installation.example(folder)
        try await deployment.upload(path, as: "model", application: application)
        let session = try await deployment.submit("model", application: application, inputs)
        try await session.untilFinished()
        var outputs: [JSON] = []
        for id in session.jobs {
            let job = try await session.client.job(id, withOutput: true)
            #expect(job.state == .success, "\(job)")
            outputs.append(job.output ?? .null)
        }
        return outputs
    }

    /// Rachford and Rice for two components, worked out by hand: see SpreadsheetExecutorTests.
    @Test func workbooksRunFromStartToEnd() async throws {
        try await Deployment.with { deployment in
            try await deployment.startGateway()
            try await deployment.startWorker()
            let inputs: [JSON] = (0..<6).map { _ in ["z": 0.4, "K1": 2, "K2": 0.5] }
            for output in try await output(deployment, "sinter/flash_macro", "Excel", inputs) {
                let vapor = output["vapor"]?["value"]?.doubleValue ?? .nan
                #expect(abs(vapor - 0.2) < 1e-6, "\(output)")
                #expect(output["status"] == ["units": "", "value": 0])
            }
        }
    }

    /// The reactor of Van de Vusse at rest: 25 (10 - a) - 50 a - 10 a^2 = 0 has the root 2.5, and b = 50 a / 125 = 1.
    @Test func unitsRunFromStartToEnd() async throws {
        try await Deployment.with { deployment in
            let folder = Path.join(deployment.directory, "vandevusse")
            let example = Installation.example("sinter/vandevusse")
            try Directory.create(folder)
            for name in ["van_de_vusse.py", "vandevusse.json"] {
                try File.writeAtomically(try File.read(Path.join(example, name)), to: Path.join(folder, name))
            }
            var build = Command(
                try Installation.sinterPython(),
                ["-m", "pythonfmu", "build", "-f", Path.join(folder, "van_de_vusse.py"), "-d", folder])
            build.environment = ["PATH": "/usr/bin:/bin"]
            let built = try await FinishedCommand.run(build)
            try #require(built.status == 0, "\(built)")
            try await deployment.startGateway()
            try await deployment.startWorker()
            let output = try await output(
                deployment, folder, "FMU", [["TimeSeries": [1, 5], "feed.flow": [50, 25]]]
            ).first
            let (a, b) = (output?["A"]?["value"]?[1]?.doubleValue, output?["B"]?["value"]?[1]?.doubleValue)
            #expect(a.map { abs($0 - 2.5) < 1e-9 } == true, "\(output ?? .null)")
            #expect(b.map { abs($0 - 1) < 1e-9 } == true, "\(output ?? .null)")
        }
    }

    /// Three tanks, A reacting by second order: worked out in Examples/README.md.
    @Test func programsOfOctaveRunFromStartToEnd() async throws {
        try await Deployment.with { deployment in
            try await deployment.startGateway()
            try await deployment.startWorker()
            let output = try await output(deployment, "sinter/octave_cstr", "program", [[:]]).first
            let conversion = output?["conversion"]?["value"]?.doubleValue ?? .nan
            #expect(abs(conversion - 0.588021) < 1e-6, "\(output ?? .null)")
        }
    }

    /// Methane in air burns at 2225 K, and keeps its enthalpy.
    @Test func programsOfCanteraRunFromStartToEnd() async throws {
        try await Deployment.with { deployment in
            try await deployment.startGateway()
            try await deployment.startWorker()
            let output = try await output(deployment, "sinter/cantera_flame", "program", [[:]]).first
            let values = ["T.flame", "h.before", "h.after"].map { output?[$0]?["value"]?.doubleValue ?? .nan }
            #expect(abs(values[0] - 2225) < 1 && abs(values[1] - values[2]) < 1, "\(output ?? .null)")
        }
    }

    @Test func aRunnerOfAnybodysIsServed() async throws {
        try await Deployment.with { deployment in
            try await deployment.startGateway()
            try await deployment.startWorker()
            let outputs = try await output(deployment, "runner", "square", [["x": 3], ["x": 4]])
            #expect(outputs == [["y": 9], ["y": 16]])
        }
    }
}
