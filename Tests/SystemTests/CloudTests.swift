import AWSPeers
import FileKit
import JSONKit
import TestSupport
import Testing

/// The worker in the place of the Windows worker of a deployed cloud; boto3 plays the lambdas and is the witness.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct CloudTests {
    private static let count = 30

    /// As the lambda gives them: by node and variable.
    private static func input(_ index: Int) -> JSON {
        ["mixer": ["hot_flow": .number(0.5 + 0.1 * Double(index)), "cold_flow": 2, "hot_T": 350, "cold_T": 290]]
    }

    /// The mixer's temperature by its formula.
    private static func temperature(_ index: Int) -> Double {
        let hot = 0.5 + 0.1 * Double(index)
        return (hot * 350 + 2 * 290) / (hot + 2)
    }

    @Test func aDeployedCloudIsServed() async throws {
        try await Deployment.with { deployment in
            let cloud = try await Cloud(on: try await AWSPeer.ministack())
            let session = try await submit(to: cloud)
            let worker = try await deployment.startWorker(of: cloud, ["worker.instance": "i-0cloud"])
            let found = try await cloud.processUntilFinished(session["session"] ?? .null, Self.count)
            try await expectCallsAreMeasured(Path.join(deployment.directory, "state/metrics.sock"))
            try await worker.stop()
            try expectResults(found, session)

            let told = try await cloud.python("take(cloud['witness'])").arrayValue ?? []
            for job in session["jobs"]?.arrayValue ?? [] {
                let words = told.compactMap { Self.word($0, of: job) }
                #expect(words == ["submit", "setup", "running", "output", "success"], "\(job)")
            }
            // From the worker each body is a list of one, and two attributes go with it.
            let own = told.filter { $0["attributes"]?["event"] != "job.submit" && $0["attributes"]?["session"] == nil }
            for message in own {
                let body = try JSON.parse(message["body"]?.stringValue ?? "")
                #expect(body.arrayValue?.count == 1)
                #expect(Set((message["attributes"]?.objectValue ?? [:]).map(\.key)) == ["event", "username"])
                #expect(message["attributes"]?["username"] == .string(Cloud.user))
            }
            #expect(own.contains { $0["attributes"]?["event"] == "consumer.running" })
            let texts = try await cloud.python("take(cloud['texts'])").arrayValue ?? []
            #expect(texts.count { $0["body"]?.stringValue?.contains("setup foqus job") == true } == Self.count)
            #expect(texts.count { $0["body"]?.stringValue?.contains("finished, success") == true } == Self.count)
            #expect(texts.contains { $0["body"]?.stringValue?.contains("Consumer Registered") == true })
            #expect(try await cloud.python("take(cloud['jobs'])").arrayValue == [])
            let counts = try await cloud.python("counts(given)", "i-0cloud")
            #expect(counts["count_of_job_finish:success.job"]?.doubleValue == Double(Self.count), "\(counts)")
            #expect(counts["count_of_queue_peeks:start"]?.doubleValue == Double(Self.count), "\(counts)")
        }
    }

    /// Each sending to a service is in the worker's metrics.
    private func expectCallsAreMeasured(_ place: String) async throws {
        let seen = try #require(try await Watcher.scrape(place)[place])
        for (service, operation) in [("sqs", "ReceiveMessage"), ("s3", "PUT"), ("dynamodb", "BatchGetItem")] {
            let name = "foqus_worker_call_seconds_count{operation=\(operation),service=\(service)}"
            #expect(seen.sample(name) ?? 0 > 0, "\(name)")
        }
        #expect(seen["readyz"]?["code"] == 200)
        // Asking SQS would cost a call.
        #expect(seen["status"]?["body"]?["queued"] == .null)
        #expect(seen.sample("foqus_worker_queue_jobs") == nil)
    }

    /// Of ten calls one is throttled, broken off or answered by an error.
    @Test func nothingIsLostWhileTheCloudFalters() async throws {
        try await Deployment.with { deployment in
            let peer = try await AWSPeer.ministack()
            let cloud = try await Cloud(on: peer)
            let faulty = try await peer.faulty(Self.faults)
            let session = try await submit(to: cloud)
            let worker = try await deployment.startWorker(of: cloud, through: faulty)
            let found = try await cloud.processUntilFinished(session["session"] ?? .null, Self.count)
            try await worker.stop()
            try expectResults(found, session, mayRepeat: true)
            let told = try await cloud.python("take(cloud['witness'])").arrayValue ?? []
            for job in session["jobs"]?.arrayValue ?? [] {
                // A standard topic may carry a message twice when the answer to its publication was lost; the end of
                // each job is told, and nothing but success.
                let ends = told.compactMap { Self.word($0, of: job) }.filter { $0 == "success" || $0 == "error" }
                #expect(!ends.isEmpty && ends.allSatisfy { $0 == "success" }, "\(job): \(ends)")
            }
            #expect(try await cloud.python("take(cloud['jobs'])").arrayValue == [])
        }
    }

    /// All services are gone at once, in the middle of jobs, and come back with what they had acknowledged.
    @Test func nothingIsLostWhenTheServicesCrash() async throws {
        try await Deployment.with { deployment in
            let peer = try await AWSPeer.durable()
            let cloud = try await Cloud(on: peer)
            let session = try await submit(to: cloud)
            let worker = try await deployment.startWorker(of: cloud, ["aws.metrics": "false"])
            for count in [3, 15] {
                _ = try await cloud.processUntilFinished(session["session"] ?? .null, count)
                try await peer.crash()
            }
            let found = try await cloud.processUntilFinished(session["session"] ?? .null, Self.count)
            try await worker.stop()
            try expectResults(found, session, mayRepeat: true)
            #expect(try await cloud.python("take(cloud['jobs'])").arrayValue == [])
        }
    }

    /// Rules of microburst, a tenth of all calls together. With the last one the call is carried out and its answer lost.
    private static let faults: [JSON] = [
        ["service": "*", "probability": 0.04, "error": ["code": "ThrottlingException", "status": 400]],
        ["service": "*", "probability": 0.03, "error": ["code": "InternalFailure", "status": 500]],
        ["service": "*", "probability": 0.02, "reset": true],
        ["service": "*", "probability": 0.02, "response": ["abort_frac": 0.3]],
    ]

    private func submit(to cloud: Cloud) async throws -> JSON {
        let flowsheet = String(
            decoding: try File.read(Installation.example("simple/session.foqus")), as: UTF8.self)
        try await cloud.python("put_simulation(cloud, 'simple', given)", .string(flowsheet))
        return try await cloud.python(
            "submit(cloud, 'simple', given)", .array((0..<Self.count).map(Self.input)))
    }

    /// Each job has one record, with the right answer, and its files.
    private func expectResults(_ found: JSON, _ session: JSON, mayRepeat: Bool = false) throws {
        let records = found["records"]?.arrayValue ?? []
        // The end of a job whose publication was repeated makes a second record, which says the same.
        #expect(mayRepeat || records.count == Self.count)
        #expect(Set(records.compactMap { $0["Id"]?.stringValue }).count == Self.count)
        let jobs = session["jobs"]?.arrayValue ?? []
        for (index, job) in jobs.enumerated() {
            for record in records where record["Id"] == job {
                #expect(record["State"] == "success")
                let value = record["Output"]?["output"]?["mixer"]?["T_out"]?.doubleValue ?? 0
                #expect(abs(value - Self.temperature(index)) < 1e-6, "\(record)")
            }
            let file = "job/\(job.stringValue ?? "")/files/output.json"
            #expect(found["files"]?.arrayValue?.contains(.string(file)) == true)
        }
    }

    /// `setup`, …, `output`, of a notification about this job.
    private static func word(_ message: JSON, of job: JSON) -> String? {
        guard let body = message["body"]?.stringValue.flatMap({ try? JSON.parse($0) }) else { return nil }
        let event = body[0] ?? body
        guard event["jobid"] == job else { return nil }
        return event["status"]?.stringValue ?? event["event"]?.stringValue
    }
}
