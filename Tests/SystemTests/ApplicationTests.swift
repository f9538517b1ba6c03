import FOQUSModel
import GatewayClient
import JSONKit
import TestSupport
import Testing

/// Jobs of other applications than FOQUS, through gateway, queue, worker and the real simulators.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ApplicationTests {
    private func output(
        _ deployment: Deployment, _ folder: String, _ application: String, _ inputs: [JSON]
    ) async throws -> [JSON] {
        try await deployment.upload(Installation.example(folder), as: "model", application: application)
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

    @Test func aRunnerOfAnybodysIsServed() async throws {
        try await Deployment.with { deployment in
            try await deployment.startGateway()
            try await deployment.startWorker()
            let outputs = try await output(deployment, "runner", "square", [["x": 3], ["x": 4]])
            #expect(outputs == [["y": 9], ["y": 16]])
        }
    }
}
