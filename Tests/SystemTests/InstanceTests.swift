import AWSFakes
import AWSPeers
import FileKit
import HTTPClient
import JSONKit
import ProcessKit
import TestSupport
import Testing

/// A worker on an EC2 instance of a deployed cloud, with nothing set but `backend = aws`.
@Suite(.timeLimit(.minutes(5)))
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
                    "ok    topic", "ok    leases of queue", "ok    objects of",
                    "environment variable FOQUS_STORE_BACKEND",
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

    /// What EC2 shows when the instance is about to go, and the words of the worker for it.
    struct Notice: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let words: String
        let show: @Sendable (inout FakeMetadataServer.Content) -> Void
    }

    static let notices = [
        Notice(
            testDescription: "spot interruption", words: "the Spot instance is interrupted at 2026-11-24T08:22:00",
            show: { $0.spotAction = #"{"action":"terminate","time":"2026-11-24T08:22:00Z"}"# }),
        Notice(
            testDescription: "rebalance recommendation", words: "a rebalance is recommended",
            show: { $0.rebalance = #"{"noticeTime":"2026-11-24T08:16:04Z"}"# }),
        Notice(
            testDescription: "auto scaling", words: "the Auto Scaling group moves the instance to Terminated",
            show: { $0.lifecycleState = "Terminated" }),
    ]

    /// The job that runs may end, and is told; one that comes meanwhile is left to others.
    @Test(arguments: notices) func anInstanceThatGoesDrains(notice: Notice) async throws {
        try await Deployment.with { deployment in
            let cloud = try await Cloud(on: try await AWSPeer.ministack())
            let gate = PatientJobs(deployment.directory)
            try await gate.put(in: cloud)
            try await Self.onInstance(of: cloud, deployment, "run") { metadata, command in
                metadata.change { $0.lifecycleState = "InService" }
                let worker = try await deployment.start("worker", command)
                try await worker.untilReady()
                let running = try await gate.submit(1, to: cloud)
                try await gate.untilRunning(running)
                metadata.change { notice.show(&$0) }
                try await worker.untilStopping()
                let late = try await gate.submit(1, to: cloud)
                try gate.release()
                // The lambda goes on meanwhile: the worker waits until the table has the output.
                let found = try await cloud.processUntilFinished(running["session"] ?? .null, 1)
                #expect(await worker.exit().isSuccess)
                #expect(worker.log.contains(notice.words), "\(worker.log)")
                #expect(found["records"]?[0]?["State"] == "success")
                #expect(gate.runs(of: late["jobs"]?[0] ?? .null) == 0)
                #expect(try await cloud.python("waiting(cloud['jobs'])") == 1)
            }
        }
    }

    @Test func anInstanceIsProtectedFromScaleInWhileAJobRuns() async throws {
        try await Deployment.with { deployment in
            let cloud = try await Cloud(on: try await AWSPeer.ministack())
            let gate = PatientJobs(deployment.directory)
            try await gate.put(in: cloud)
            let group = FakeScalingGroup()
            let service = try FakeQueryService { group.answer($0) }
            try await Self.onInstance(of: cloud, deployment, "run") { _, command in
                var command = command
                command.arguments += ["--set", "aws.scale_in_protection=true"]
                command.environment["AWS_ENDPOINT_URL_AUTO_SCALING"] = service.url
                let worker = try await deployment.start("worker", command)
                try await worker.untilReady()
                try await eventually("the group is looked at") { !service.calls.isEmpty }
                #expect(!group.isProtected)
                let session = try await gate.submit(1, to: cloud)
                try await eventually("the instance is protected", within: .seconds(60)) { group.isProtected }
                try gate.release()
                _ = try await cloud.processUntilFinished(session["session"] ?? .null, 1)
                try await worker.stop()
                #expect(!group.isProtected)
                let set = service.calls.filter { $0.action == "SetInstanceProtection" }.map(\.parameters)
                #expect(set.map { $0["ProtectedFromScaleIn"] } == ["true", "false"])
                #expect(set.allSatisfy { $0["InstanceIds.member.1"] == "i-0123456789abcdef0" })
            }
            await service.stop()
        }
    }

    /// The fake refuses what comes without a token, as instances with `HttpTokens=required` do.
    @Test func anInstanceThatTakesTokensAloneIsServed() async throws {
        try await Deployment.with { deployment in
            let cloud = try await Cloud(on: try await AWSPeer.ministack())
            try await Self.onInstance(of: cloud, deployment, "check-config") { metadata, command in
                let path = "/latest/meta-data/instance-id"
                let refused = try await Machinery.http.send(ClientRequest(url: metadata.url + path))
                #expect(refused.status == 401)
                let end = try await FinishedCommand.run(command)
                #expect(end.status == 0 && end.output.contains("instance tag FOQUS-User"), "\(end)")
                #expect(metadata.count("PUT", "/latest/api/token") == 1)
                let asked = metadata.requests.filter { $0.method == "GET" }.dropFirst()
                #expect(asked.count > 8 && asked.allSatisfy { $0.token != nil })
            }
        }
    }

    /// Tags, user data, file, environment, command line: each is stronger than those before it.
    @Test func whatComesFromWhereHasItsWeight() async throws {
        try await Deployment.with { deployment in
            let cloud = try await Cloud(on: try await AWSPeer.ministack())
            let keys = [
                ("simulation_bucket", "FOQUS-Simulation-Bucket-Name"), ("update_topic", "FOQUS-Update-Topic-Arn"),
                ("message_topic", "FOQUS-Message-Topic-Arn"), ("session_bucket", "FOQUS-Session-Bucket-Name"),
                ("table", "FOQUS-DynamoDB-Table"),
            ]
            @Sendable func value(_ source: String, _ key: String) -> String {
                key.hasSuffix("topic") ? "arn:aws:sns:us-east-1:000000000000:\(source)" : "\(source)-\(key)"
            }
            let settings = String(decoding: try File.read(deployment.settingsFile), as: UTF8.self)
            let lines = keys[2...].map { "\($0.0) = \(value("file", $0.0))" }.joined(separator: "\n")
            try File.writeAtomically(
                Array("\(settings)\n[aws]\n\(lines)\n".utf8), to: deployment.settingsFile, mode: 0o644, sync: false)
            try await Self.onInstance(of: cloud, deployment, "check-config") { metadata, command in
                let data = JSONObject(keys[1...].map { ($0.1, .string(value("data", $0.0))) })
                metadata.change { content in
                    for (key, tag) in keys { content.tags?[tag] = value("tag", key) }
                    content.userData = JSON.object(data).serialized()
                }
                var command = command
                for (key, _) in keys[3...] {
                    command.environment["FOQUS_AWS_\(key.uppercased())"] = value("variable", key)
                }
                command.arguments += ["--set", "aws.table=\(value("option", "table"))"]
                let end = try await FinishedCommand.run(command)
                let rows = end.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
                let line = settings.split(separator: "\n", omittingEmptySubsequences: false).count + 2
                for row in [
                    "[worker] users alice instance tag FOQUS-User",
                    "[worker] instance system-test \(deployment.settingsFile):",
                    "[aws] region us-east-1 instance's region",
                    "[aws] simulation_bucket \(value("tag", "simulation_bucket")) instance tag \(keys[0].1)",
                    "[aws] update_topic \(value("data", "update_topic")) user data \(keys[1].1)",
                    "[aws] message_topic \(value("file", "message_topic")) \(deployment.settingsFile):\(line)",
                    "[aws] session_bucket \(value("variable", "session_bucket")) environment variable FOQUS_AWS_",
                    "[aws] table \(value("option", "table")) option --set",
                ] { #expect(rows.contains { $0.hasPrefix(row) }, "\(row): \(end)") }
            }
        }
    }
}
