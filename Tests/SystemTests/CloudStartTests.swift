import AWSPeers
import JSONKit
import ProcessKit
import TestSupport
import Testing

/// What a worker says, and does, when the settings and the cloud do not fit together at its start.
@Suite(.timeLimit(.minutes(5)))
struct CloudStartTests {
    /// `foqus-worker run` of a cloud, for whoever has to see how it ends.
    private static func run(
        _ deployment: Deployment, _ cloud: Cloud, _ changes: [String: String?],
        _ environment: [String: String?] = [:]
    ) throws -> Command {
        var settings = cloud.settings
        for (key, value) in changes { settings[key] = value }
        var command = deployment.command(try Installation.program("foqus-worker"), "run", settings)
        command.environment.merge(cloud.environment()) { $1 }
        for (name, value) in environment { command.environment[name] = value }
        return command
    }

    @Test func whatIsMissingIsNamedBySettingAndTold() async throws {
        try await Deployment.with { deployment in
            let cloud = try await Cloud(on: try await AWSPeer.ministack())
            let settings = cloud.settings
            let wrong = [
                "job_queue_url", "update_topic", "message_topic", "simulation_bucket", "session_bucket", "table",
            ]
            let changes = Dictionary(
                uniqueKeysWithValues: wrong.map { ("aws.\($0)", settings["aws.\($0)"].map { $0 + "-not" }) })
            let command = try Self.run(deployment, cloud, changes.merging(["worker.instance": "i-0start"]) { $1 })
            let end = try await FinishedCommand.run(command)
            #expect(end.status == 78, "\(end)")
            for key in wrong {
                let value = changes["aws.\(key)"].flatMap(\.self) ?? ""
                #expect(end.errors.contains("[aws] \(key) = \(value) (option --set): there is no such"), "\(end)")
            }
            #expect(end.errors.contains("make it, or name another"))

            let alerts = try await cloud.python("take(cloud['alerts'])").arrayValue ?? []
            try #require(alerts.count == 1)
            #expect(alerts[0]["attributes"] == ["event": "service.error", "instance": "i-0start"])
            let body = try JSON.parse(alerts[0]["body"]?.stringValue ?? "")
            #expect(Set((body.objectValue ?? [:]).map(\.key)) == ["message", "detail", "instance", "event"])
            #expect(body["event"] == "service.error" && body["instance"] == "i-0start")
            #expect(body["message"]?.stringValue?.hasPrefix("the worker cannot work: [aws] job_queue_url") == true)
            for key in wrong { #expect(body["detail"]?.stringValue?.contains("[aws] \(key)") == true, "\(body)") }
        }
    }

    /// What is missing is named one at a time too, and the alert topic, which the others do not need, as well.
    @Test func aMissingAlertTopicIsNamed() async throws {
        try await Deployment.with { deployment in
            let cloud = try await Cloud(on: try await AWSPeer.ministack())
            let topic = (cloud.settings["aws.alert_topic"] ?? "") + "-not"
            let end = try await FinishedCommand.run(try Self.run(deployment, cloud, ["aws.alert_topic": topic]))
            #expect(end.status == 78 && end.errors.contains("[aws] alert_topic = \(topic)"), "\(end)")
            #expect(!end.errors.contains("[aws] update_topic"), "\(end)")
        }
    }

    @Test func whatIsInAnotherRegionIsNamed() async throws {
        try await Deployment.with { deployment in
            let cloud = try await Cloud(on: try await AWSPeer.ministack())
            let topic = (cloud.settings["aws.update_topic"] ?? "").replacing("us-east-1", with: "eu-west-1")
            let changes = [
                "aws.update_topic": topic,
                "aws.job_queue_url": "https://sqs.eu-north-1.amazonaws.com/000000000000/jobs",
            ]
            let end = try await FinishedCommand.run(try Self.run(deployment, cloud, changes))
            #expect(end.status == 78, "\(end)")
            for (key, region) in [("update_topic", "eu-west-1"), ("job_queue_url", "eu-north-1")] {
                #expect(end.errors.contains("[aws] \(key) = \(changes["aws.\(key)"] ?? "")"), "\(end)")
                #expect(
                    end.errors.contains("it is in \(region), but the worker works in us-east-1: name one of this"),
                    "\(end)")
            }
        }
    }

    @Test func credentialsThatAWSDoesNotTakeAreNamedByTheirPlace() async throws {
        try await Deployment.with { deployment in
            let cloud = try await Cloud(on: try await AWSPeer.ministack())
            let secret = "not the secret of this key"
            let bad = try await FinishedCommand.run(
                try Self.run(deployment, cloud, [:], ["AWS_SECRET_ACCESS_KEY": secret]))
            #expect(bad.status == 78, "\(bad)")
            #expect(bad.errors.contains("from environment: correct them there"), "\(bad)")
            #expect(bad.errors.contains("SignatureDoesNotMatch") && !bad.errors.contains(secret), "\(bad)")
            let none = try await FinishedCommand.run(
                try Self.run(
                    deployment, cloud, [:], ["AWS_ACCESS_KEY_ID": nil, "AWS_SECRET_ACCESS_KEY": nil]))
            #expect(none.status == 78 && none.errors.contains("no AWS credentials were found"), "\(none)")
            #expect(none.errors.contains("AWS_ACCESS_KEY_ID is not set"), "\(none)")
        }
    }

    /// A role that may do the work need not be allowed to ask what is there.
    @Test func aRoleThatMayOnlyWorkIsEnough() async throws {
        try await Deployment.with { deployment in
            let cloud = try await Cloud(on: try await AWSPeer.ministack())
            let keys = try await cloud.python("make_worker_keys(cloud)")
            let identity = [
                "AWS_ACCESS_KEY_ID": keys[0]?.stringValue, "AWS_SECRET_ACCESS_KEY": keys[1]?.stringValue,
            ]
            // Deployed roles may look at nothing, so that a pass here means something.
            let check = try Self.run(deployment, cloud, [:], identity)
            var look = check
            look.arguments[0] = "check-config"
            let seen = try await FinishedCommand.run(look)
            #expect(seen.output.contains("FAIL  queue") && seen.output.contains("AccessDenied"), "\(seen)")
            let objects = ["simulation", "session"].map { cloud.settings["aws.\($0)_bucket"] ?? "" }
            for bucket in objects { #expect(seen.output.contains("ok    objects of \(bucket)"), "\(seen)") }
            try await cloud.python("allow_worker(cloud, without=['s3'])")
            let refused = try await FinishedCommand.run(look)
            for bucket in objects { #expect(refused.output.contains("FAIL  objects of \(bucket)"), "\(refused)") }
            try await cloud.python("allow_worker(cloud)")
            let worker = try await deployment.start("worker", check)
            try await worker.untilReady()
            try await cloud.python("put_script(cloud, 'quick', given)", "exit 0\n")
            let session = try await cloud.python("submit(cloud, 'quick', [{}], application='script')")
            let found = try await cloud.processUntilFinished(session["session"] ?? .null, 1)
            #expect(found["records"]?[0]?["State"] == "success", "\(found)")
            try await worker.stop()
        }
    }

    /// It starts where AWS is out of reach: that passes, and the worker need not be started again then.
    @Test func anOutageIsNoReasonNotToStart() async throws {
        try await Deployment.with { deployment in
            let cloud = try await Cloud(on: try await AWSPeer.ministack())
            let command = try Self.run(
                deployment, cloud, [:], ["AWS_ENDPOINT_URL": "http://127.0.0.1:\(try Machinery.freePort())"])
            let worker = try await deployment.start("worker", command)
            try await worker.untilReady()
            try await eventually("the worker tells", within: .seconds(60)) {
                worker.log.contains("no jobs can be received")
            }
            try await worker.stop()
        }
    }
}
