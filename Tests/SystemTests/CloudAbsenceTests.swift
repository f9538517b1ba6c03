import AWSFakes
import AWSPeers
import FOQUSModel
import FileKit
import JSONKit
import Stores
import TestSupport
import Testing

/// Things of the cloud, and the worker's rights and credentials in it, that are taken away while it runs and given back.
@Suite(.timeLimit(.minutes(5)))
struct CloudAbsenceTests {
    private static let poll = (begins: "no jobs can be received", ends: "the queue answers again")
    private static let lookups = (
        begins: "jobs wait: the stores cannot be asked about them", ends: "the stores can be asked about jobs again"
    )

    private static func until(_ worker: Daemon, says message: String) async throws {
        try await eventually("the worker says: \(message)", within: .seconds(60)) {
            LogLines(of: worker).count(message) > 0
        }
    }

    @Test func permissionsThatAreTakenAndGivenBack() async throws {
        try await FaultRide.with { ride in
            let keys = try await ride.cloud.python("make_worker_keys(cloud)")
            let worker = try await ride.startWorker(
                [:],
                ["AWS_ACCESS_KEY_ID": keys[0]?.stringValue, "AWS_SECRET_ACCESS_KEY": keys[1]?.stringValue])
            let first = try await ride.submit(2)
            try await ride.untilRunning(first)
            // First the rights to all but the queue, so that jobs come that nothing can be done for.
            try await ride.cloud.python("allow_worker(cloud, without=('sns', 's3', 'dynamodb'))")
            let second = try await ride.submit(3)
            try ride.release()
            try await Self.until(worker, says: Self.lookups.begins)
            try await Self.until(worker, says: "results wait in the outbox")
            try await ride.cloud.python("allow_worker(cloud, without=('sns', 's3', 'dynamodb', 'sqs'))")
            try await Self.until(worker, says: Self.poll.begins)
            try await ride.cloud.python("allow_worker(cloud)")
            try await ride.expectSuccess([first, second], once: true)
            try await Self.until(worker, says: Self.poll.ends)
            let log = LogLines(of: worker)
            log.expectOnce([Self.poll, Self.lookups])
            #expect(log.entries.contains { $0["facts"]?["reason"]?.stringValue?.contains("AccessDenied") == true })
            try await worker.stop()
        }
    }

    /// While it is made again with all that was in it the calls are broken, as the worker would see it half made.
    @Test(arguments: [
        ("sessions", "does not exist"), ("simulations", "does not exist"), ("update", "NotFound"),
        ("message", "NotFound"),
        ("table", "ResourceNotFoundException"),
    ])
    func whatIsDeletedAndMadeAgain(role: String, reason: String) async throws {
        try await FaultRide.with { ride in
            let worker = try await ride.startWorker()
            let first = try await ride.submit(2)
            try await ride.untilRunning(first)
            // Submitted before, as the lambdas need the cloud too; held back from the worker until it is gone.
            try await ride.calls.setRules([["service": "sqs", "operation": "ReceiveMessage", "do": "reset"]])
            try await Self.until(worker, says: Self.poll.begins)
            let second = try await ride.submit(3)
            // What the lambda has to write is written before.
            try await ride.cloud.python("process(cloud)")
            let kept = try await ride.cloud.python("drop(cloud, given)", .string(role))
            try ride.release()
            try await ride.calls.setRules([])
            let told = ["simulations", "table"].contains(role) ? Self.lookups.begins : "results wait in the outbox"
            try await Self.until(worker, says: told)
            #expect(
                LogLines(of: worker).entries.contains {
                    $0["message"]?.stringValue == told && $0["facts"]?["reason"]?.stringValue?.contains(reason) == true
                })
            try await ride.calls.setRules([["do": "reset"]])
            try await ride.cloud.python("restore(cloud, given[0], given[1])", [.string(role), kept])
            try await ride.calls.setRules([])
            try await ride.expectSuccess([first, second], once: true)
            #expect(LogLines(of: worker).troubles.values.allSatisfy { $0 <= 4 })
            try await worker.stop()
        }
    }

    /// With the queue its messages are gone, so nobody else can have the jobs: those that run are told to their end.
    @Test func aQueueThatIsDeletedAndMadeAgain() async throws {
        try await FaultRide.with { ride in
            let worker = try await ride.startWorker()
            let first = try await ride.submit(2)
            try await ride.untilRunning(first)
            _ = try await ride.cloud.python("drop(cloud, 'jobs')")
            try await Self.until(worker, says: Self.poll.begins)
            try await Self.until(worker, says: "leases cannot be renewed, jobs go on")
            try await ride.cloud.python("restore(cloud, 'jobs', None)")
            try await Self.until(worker, says: Self.poll.ends)
            try await Self.until(worker, says: "leases are renewed again")
            try ride.release()
            let second = try await ride.submit(3)
            try await ride.expectSuccess([first, second], once: true)
            let log = LogLines(of: worker)
            log.expectOnce([Self.poll, ("leases cannot be renewed, jobs go on", "leases are renewed again")])
            #expect(
                log.entries.contains {
                    $0["facts"]?["reason"]?.stringValue?.contains("QueueDoesNotExist") == true
                })
            try await worker.stop()
        }
    }

    /// The role's keys have ended, for AWS, before the instance has new ones.
    @Test func credentialsThatEndEarlyAreRenewed() async throws {
        try await FaultRide.with { ride in
            func document() async throws -> (key: String, text: String) {
                let keys = try await ride.cloud.python("client('sts').get_session_token()['Credentials']")
                let key = keys["AccessKeyId"]?.stringValue ?? ""
                return (
                    key,
                    FakeMetadataServer.roleDocument(
                        keyID: key, secret: keys["SecretAccessKey"]?.stringValue ?? "",
                        token: keys["SessionToken"]?.stringValue ?? "",
                        expiration: SystemTime().now() + .seconds(7200))
                )
            }
            var content = FakeMetadataServer.Content()
            let old = try await document()
            content.region = "us-east-1"
            content.role = (name: "worker", document: old.text)
            let metadata = try FakeMetadataServer(content)
            let worker = try await ride.startWorker(
                ["aws.instance_metadata": "true"],
                [
                    "AWS_ACCESS_KEY_ID": nil, "AWS_SECRET_ACCESS_KEY": nil,
                    "AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.url,
                ])
            let first = try await ride.submit(2)
            try await ride.untilRunning(first)
            try await ride.calls.setRules([
                ["key": .string(old.key), "do": "refuse", "status": 403, "code": "ExpiredToken"]
            ])
            let second = try await ride.submit(3)
            try ride.release()
            try await Self.until(worker, says: Self.poll.begins)
            try await eventually("calls are refused", within: .seconds(30)) { try await ride.calls.brokenCalls >= 15 }
            let new = try await document()
            metadata.change { $0.role = (name: "worker", document: new.text) }
            // The rule stays: nothing but the new keys can help.
            try await ride.expectSuccess([first, second], once: true)
            try await Self.until(worker, says: Self.poll.ends)
            let log = LogLines(of: worker)
            log.expectOnce([Self.poll])
            #expect(log.entries.contains { $0["facts"]?["reason"]?.stringValue?.contains("ExpiredToken") == true })
            try await worker.stop()
            await metadata.stop()
        }
    }

    /// The name resolves only after a while, by a file of names of the worker's own (nss_wrapper).
    @Test func aNameThatDoesNotResolveForAWhile() async throws {
        try await FaultRide.with { ride in
            let names = Path.join(ride.deployment.directory, "hosts")
            func write(_ text: String) throws {
                try File.writeAtomically(Array(text.utf8), to: names, mode: 0o644, sync: false)
            }
            try write("127.0.0.1 another.invalid\n")
            let endpoint = ride.calls.peer.endpoint.replacing("127.0.0.1", with: "cloud.invalid")
            let worker = try await ride.startWorker(
                [:],
                [
                    "AWS_ENDPOINT_URL": endpoint, "LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": names,
                    "RES_OPTIONS": "timeout:1 attempts:1",
                ])
            let jobs = try await ride.submit(3)
            try ride.release()
            try await Self.until(worker, says: Self.poll.begins)
            try await Self.until(worker, says: "the keepalive cannot be published")
            try write("127.0.0.1 cloud.invalid\n")
            try await ride.expectSuccess([jobs], once: true)
            try await Self.until(worker, says: "the keepalive is published again")
            let log = LogLines(of: worker)
            log.expectOnce([
                Self.poll, ("the keepalive cannot be published", "the keepalive is published again"),
            ])
            #expect(log.entries.contains { $0["facts"]?["reason"]?.stringValue?.contains("CouldNotResolve") == true })
            try await worker.stop()
        }
    }

    /// Each service refuses the first calls; from then on they are signed by its time, and nothing need be told.
    @Test(arguments: [-600, 600, -4000, 4000]) func clocksThatDiffer(seconds: Int64) async throws {
        try await FaultRide.with { ride in
            try await ride.calls.setRules([["do": "clock", "ahead": .int(seconds)]])
            let worker = try await ride.startWorker()
            let jobs = try await ride.submit(3)
            try ride.release()
            try await ride.expectSuccess([jobs], once: true)
            #expect(LogLines(of: worker).troubles == [:])
            // SQS, SNS, S3, DynamoDB, STS, and further calls of the start that were under way with them.
            #expect((5...20).contains(try await ride.calls.brokenCalls))
            try await worker.stop()
        }
    }
}
