import AWSFakes
import AWSPeers
import ProcessKit
import TestSupport
import Testing

/// A worker on an EC2 instance of a deployed cloud, with nothing set but `backend = aws`.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct InstanceTests {
    /// A command of the worker on an instance with the cloud's tags.
    private static func onInstance(
        of cloud: Cloud, _ deployment: Deployment, _ verb: String,
        _ body: (FakeMetadataServer, Command) async throws -> Void
    ) async throws {
        var content = FakeMetadataServer.Content()
        content.tags = cloud.tags
        content.region = "us-east-1"
        let metadata = try FakeMetadataServer(content)
        var command = deployment.command(try Installation.program("foqus-worker"), verb)
        command.environment.merge(cloud.environment()) { $1 }
        command.environment["AWS_REGION"] = nil
        command.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = metadata.url
        command.environment["FOQUS_STORE_BACKEND"] = "aws"
        do { try await body(metadata, command) } catch {
            await metadata.stop()
            throw error
        }
        await metadata.stop()
    }

    @Test func itsTagsSayWhatToServe() async throws {
        try await Deployment.with { deployment in
            let cloud = try await Cloud(on: try await AWSPeer.ministack())
            try await Self.onInstance(of: cloud, deployment, "check-config") { _, command in
                let end = try await FinishedCommand.run(command)
                #expect(end.status == 0, "\(end)")
                for words in [
                    "instance tag FOQUS-User", "instance tag FOQUS-Job-Queue-Url", "instance tag FOQUS-DynamoDB-Table",
                    "instance's region", "ok    identity", "ok    queue", "ok    table", "ok    bucket",
                    "ok    topic", "ok    leases of queue", "environment variable FOQUS_STORE_BACKEND",
                ] { #expect(end.output.contains(words), "\(words): \(end)") }
                #expect(!end.output.contains("FAIL"))
                let secret = command.environment["AWS_SECRET_ACCESS_KEY"] ?? ""
                #expect(!(end.output + end.errors).contains(secret))
            }
        }
    }

    @Test func whatIsNotThereIsNamed() async throws {
        try await Deployment.with { deployment in
            let cloud = try await Cloud(on: try await AWSPeer.ministack())
            try await Self.onInstance(of: cloud, deployment, "check-config") { metadata, command in
                metadata.change { $0.tags?["FOQUS-DynamoDB-Table"] = "no-such-table" }
                let wrong = try await FinishedCommand.run(command)
                #expect(wrong.status == 78 && wrong.output.contains("FAIL  table no-such-table"), "\(wrong)")
                metadata.change { $0.tags = nil }
                let untagged = try await FinishedCommand.run(command)
                #expect(untagged.status == 78, "\(untagged)")
                #expect(untagged.errors.contains("the instance's tag FOQUS-Job-Queue-Url"), "\(untagged)")
            }
        }
    }

    @Test func aSpotInterruptionDrains() async throws {
        try await Deployment.with { deployment in
            let cloud = try await Cloud(on: try await AWSPeer.ministack())
            try await Self.onInstance(of: cloud, deployment, "run") { metadata, command in
                let worker = try await deployment.start("worker", command)
                try await worker.untilReady()
                metadata.change { $0.spotAction = #"{"action":"terminate","time":"2026-11-24T08:22:00Z"}"# }
                #expect(await worker.exit().isSuccess)
                #expect(worker.log.contains("the Spot instance is interrupted at 2026-11-24T08:22:00"))
                #expect(worker.log.contains("worker stopped"))
            }
        }
    }
}
