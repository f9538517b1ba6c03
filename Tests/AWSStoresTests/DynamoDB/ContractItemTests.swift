import AWSPeers
import FOQUSModel
import JSONKit
import Stores
import Testing

@testable import AWSStores

/// boto3 writes rows as the deployed lambdas do (cloud-protocol 1.4, 3.1, 3.3) and reads ours.
@Suite struct ContractItemTests {
    /// A job's row as `post-session-append` writes it.
    private static let append = """
        db = client("dynamodb")
        key = {"Type": {"S": "Job"}, "Id": {"S": given["job"]}}
        def append(job=given["job"]):
            db.put_item(TableName=given["table"], Item={
                "Id": {"S": job}, "Type": {"S": "Job"}, "State": {"S": "create"},
                "Create": {"S": "2026-11-24T03:00:00.123Z"}, "SessionId": {"S": given["session"]}, "User": {"S": "test"},
                "Initialize": {"BOOL": False}, "Reset": {"BOOL": False}, "TTL": {"N": "1795564800"},
                "Input": {"M": {"BFB": {"M": {"x": {"N": "1.5"}, "big": {"N": "12345678901234567"},
                    "list": {"L": [{"N": "1"}, {"NULL": True}, {"S": ""}]}}}}},
                "Simulation": {"S": "BFB"}, "Application": {"S": "foqus"}})
        def update(**values):
            names = {f"#{i}": name for i, name in enumerate(values)}
            db.update_item(TableName=given["table"], Key=key,
                UpdateExpression="SET " + ", ".join(f"#{i} = :{i}" for i in range(len(values))),
                ExpressionAttributeNames=names,
                ExpressionAttributeValues={f":{i}": value for i, value in enumerate(values.values())})

        """

    private struct Scene {
        let fixture: DynamoFixture
        let session: SessionID = SystemRandom().identifier()
        let job: JobID = SystemRandom().identifier()

        func run(_ script: String) async throws -> JSON {
            try await Boto.run(
                ContractItemTests.append + script, fixture.peer,
                given: [
                    "table": .string(fixture.name), "job": .string(job.description),
                    "session": .string(session.description),
                ])
        }

        func snapshot() async throws -> JobSnapshot? { try await fixture.jobs.snapshots(of: [job])[job] }
    }

    @Test(.timeLimit(.minutes(2)), arguments: ["roto", "ministack", "moto"])
    func aLambdasJobIsFollowedThroughItsLife(_ name: String) async throws {
        let scene = Scene(fixture: try await DynamoFixture(peer(name)))
        #expect(try await scene.snapshot() == nil)
        _ = try await scene.run("append()")
        #expect(try await scene.snapshot() == JobSnapshot(state: .create, finished: nil))
        let appended = try #require(try await scene.fixture.jobs.job(scene.job))
        #expect(appended.session == scene.session)
        #expect(appended.user.description == "test")
        #expect(appended.created.description == "2026-11-24T03:00:00.123Z")
        #expect(appended.input == ["BFB": ["x": 1.5, "big": 12_345_678_901_234_567, "list": [1, nil, ""]]])
        #expect(appended.request["Reset"] == false)
        for state in [JobState.submit, .setup, .running] {
            _ = try await scene.run(
                "update(\(state)={'S': '2026-11-24T03:01:00.000Z'}, TTL={'N': '1795568400'}, ConsumerId={'S': 'c1'})")
            #expect(try await scene.snapshot() == JobSnapshot(state: state, finished: nil))
        }
        _ = try await scene.run(
            """
            update(output={'S': '{"graphError":0,"x":-2.7e-145}'}, TTL={'N': '1795651200'})
            update(Finished={'S': '2026-11-24T03:02:00.500Z'}, State={'S': 'success'}, User={'S': 'test'})
            """)
        let finished = Timestamp(iso: "2026-11-24T03:02:00.500Z")
        #expect(try await scene.snapshot() == JobSnapshot(state: .success, finished: finished))
        let job = try #require(try await scene.fixture.jobs.job(scene.job))
        #expect(job.output == ["graphError": 0, "x": -2.7e-145])
        #expect(job.started == Timestamp(iso: "2026-11-24T03:01:00.000Z"))
        #expect(job.finished == finished)
    }

    @Test(.timeLimit(.minutes(2))) func aStateThatIsStoredIsReadToo() async throws {
        let scene = Scene(fixture: try await DynamoFixture(.roto()))
        _ = try await scene.run("append()")
        for state in [JobState.submit, .setup, .running, .stop] {
            _ = try await scene.run("update(State={'S': '\(state)'})")
            #expect(try await scene.snapshot()?.state == state)
        }
        _ = try await scene.run("update(State={'S': 'warning'}, Finished={'S': '2026-11-24T03:02:00.500Z'})")
        #expect(try await scene.snapshot()?.state == .error)
    }

    @Test(.timeLimit(.minutes(2))) func whatIsLeftOfAnExpiredRowIsNoJob() async throws {
        let scene = Scene(fixture: try await DynamoFixture(.roto()))
        // An update after the row's time was over makes it anew without the job.
        _ = try await scene.run("update(Finished={'S': '2026-11-24T03:02:00.500Z'}, State={'S': 'success'})")
        #expect(try await scene.fixture.jobs.job(scene.job) == nil)
        #expect(try await scene.snapshot()?.state == .success)
        let outcome = try await scene.fixture.jobs.apply([
            .status(scene.job, .error, consumer: nil, message: nil, at: scene.fixture.time.now())
        ])
        #expect(outcome == [.refused(.success)])
    }

    @Test(.timeLimit(.minutes(2)), arguments: ["roto", "ministack", "moto"])
    func aLambdasJobTakesOurUpdates(_ name: String) async throws {
        let scene = Scene(fixture: try await DynamoFixture(peer(name)))
        _ = try await scene.run("append(); update(submit={'S': '2026-11-24T03:01:00.000Z'})")
        let consumer: ConsumerID = SystemRandom().identifier()
        let time = scene.fixture.time.now()
        let outcomes = try await scene.fixture.jobs.apply([
            .status(scene.job, .setup, consumer: consumer, message: nil, at: time),
            .status(scene.job, .running, consumer: consumer, message: nil, at: time),
            .output(scene.job, ["graphError": 1, "small": -2.7e-145]),
            .status(scene.job, .error, consumer: consumer, message: "Flowsheet Error: Unknown", at: time),
            .status(scene.job, .terminate, consumer: nil, message: nil, at: time),
        ])
        #expect(outcomes == [.applied, .applied, .applied, .applied, .refused(.error)])
        let row = try await scene.run("result = db.get_item(TableName=given['table'], Key=key)['Item']")
        let stamp: JSON = ["S": .string(time.description)]
        #expect(row["State"] == ["S": "error"])
        #expect(row["submit"] == ["S": "2026-11-24T03:01:00.000Z"])
        for name in ["setup", "running", "Finished"] { #expect(row[name] == stamp) }
        #expect(row["ConsumerId"] == ["S": .string(consumer.description)])
        #expect(row["output"] == ["S": #"{"graphError":1,"small":-2.7e-145}"#])
        #expect(row["Message"] == ["S": "Flowsheet Error: Unknown"])
        #expect(row["Input"]?["M"]?["BFB"]?["M"]?["big"] == ["N": "12345678901234567"])
        let consumers = try await Boto.run(
            """
            result = client("dynamodb").get_item(TableName=given[0],
                Key={"Type": {"S": "Consumer"}, "Id": {"S": given[1]}})["Item"]
            """, scene.fixture.peer, given: [.string(scene.fixture.name), .string(consumer.description)])
        #expect(consumers["Job"] == ["S": .string(scene.job.description)])
        #expect(consumers["Session"] == ["S": .string(scene.session.description)])
        #expect(consumers["State"] == ["S": "error"])
        #expect(consumers["User"] == ["S": "test"])
        #expect(consumers["TTL"]?["N"]?.stringValue == "\(time.milliseconds / 1000 + 3600)")
        // Its session has no rows of ours.
        #expect(try await scene.fixture.jobs.makeResultPage(of: scene.session) == 0)
    }

    @Test(.timeLimit(.minutes(2)), arguments: ["roto", "ministack", "moto"])
    func ourRowsAreTheContracts(_ name: String) async throws {
        let scene = Scene(fixture: try await DynamoFixture(peer(name)))
        let jobs = scene.fixture.jobs
        let user = try UserName("test")
        _ = try await jobs.claimSession(scene.session, owner: user, at: scene.fixture.time.now())
        let body: JSON = [
            [
                "Input": ["node": ["x": 1.5, "tiny": -2.7e-145, "n": 12_345_678_901_234_567]], "Simulation": "BFB",
                "Reset": false, "Visible": true,
            ]
        ]
        let request = try #require(try JobRequest.list(body).first)
        let created = try #require(Timestamp(iso: "2026-11-24T03:00:00.123Z"))
        try await jobs.append([request.job(id: scene.job, session: scene.session, user: user, created: created)])
        let read = "result = db.get_item(TableName=given['table'], Key=key)['Item']"
        var row = try #require(try await scene.run(read).objectValue)
        row["TTL"] = nil
        let text = row["Request"]?["S"]?.stringValue ?? ""
        row["Request"] = nil
        let wanted: JSONObject = [
            "Id": ["S": .string(scene.job.description)], "Type": ["S": "Job"], "State": ["S": "create"],
            "Create": ["S": "2026-11-24T03:00:00.123Z"], "SessionId": ["S": .string(scene.session.description)],
            "User": ["S": "test"], "Reset": ["BOOL": false], "Simulation": ["S": "BFB"],
            "Application": ["S": "foqus"],
            "Input": [
                "M": [
                    "node": [
                        "M": ["x": ["N": "1.5"], "tiny": ["S": "-2.7e-145"], "n": ["N": "12345678901234567"]]
                    ]
                ]
            ],
        ]
        #expect(row == wanted)
        // The whole request, as the map cannot hold one of its numbers.
        let requested = try JSON.parse(text)
        #expect(requested["Input"]?["node"]?["tiny"] == -2.7e-145)
        #expect(requested["Visible"] == true)
        let started = try #require(Timestamp(iso: "2026-11-24T03:05:00.000Z"))
        #expect(try await jobs.start(scene.session, at: started) == [scene.job])
        row = try #require(try await scene.run(read).objectValue)
        #expect(row["State"] == ["S": "create"])
        #expect(row["submit"] == ["S": "2026-11-24T03:05:00.000Z"])
    }
}
