import AWSPeers
import JSONKit
import TestSupport
import Testing

/// Whose jobs a worker of a cloud takes, and in which form they may come.
@Suite(.timeLimit(.minutes(5)))
struct CloudUserTests {
    /// Runs a job of each of three users, and returns how they ended and as whose they were told.
    private func ends(users setting: String?) async throws -> [String: String] {
        try await Deployment.with { deployment in
            let cloud = try await Cloud(on: try await AWSPeer.ministack())
            let jobs = PatientJobs(deployment.directory)
            try jobs.release()
            let worker = try await deployment.startWorker(of: cloud, setting.map { ["worker.users": $0] } ?? [:])
            var sessions: [(user: String, session: JSON)] = []
            for user in ["alice", "bob", "eve"] {
                try await jobs.put(in: cloud, user: user)
                sessions.append((user, try await jobs.submit(1, to: cloud, user: user)))
            }
            var ends: [String: String] = [:]
            for (user, session) in sessions {
                let found = try await cloud.processUntilFinished(session["session"] ?? .null, 1, user: user)
                let record = found["records"]?[0] ?? .null
                ends[user] = record["Message"]?.stringValue ?? record["State"]?.stringValue
            }
            try await worker.stop()
            return ends
        }
    }

    @Test func oneUserByTheDeployment() async throws {
        #expect(
            try await ends(users: nil) == [
                "alice": "success", "bob": "Authorization Failed: wrong user(bob)",
                "eve": "Authorization Failed: wrong user(eve)",
            ])
    }

    @Test func severalUsersBySetting() async throws {
        #expect(
            try await ends(users: "alice, bob") == [
                "alice": "success", "bob": "success", "eve": "Authorization Failed: wrong user(eve)",
            ])
    }

    @Test func allUsersBySetting() async throws {
        #expect(try await ends(users: "*") == ["alice": "success", "bob": "success", "eve": "success"])
    }

    @Test func messagesInEnvelopesAreServed() async throws {
        try await Deployment.with { deployment in
            let cloud = try await Cloud(on: try await AWSPeer.ministack(), isRaw: false)
            let jobs = PatientJobs(deployment.directory)
            try jobs.release()
            try await jobs.put(in: cloud)
            let session = try await jobs.submit(3, to: cloud)
            // That the peer wraps them, so that a pass means something.
            let message = try await cloud.python(
                "client('sqs').receive_message(QueueUrl=cloud['jobs'], VisibilityTimeout=0, WaitTimeSeconds=5)['Messages'][0]"
            )
            let envelope = try JSON.parse(message["Body"]?.stringValue ?? "")
            #expect(envelope["Type"] == "Notification" && envelope["Message"] != nil)
            let worker = try await deployment.startWorker(of: cloud)
            let found = try await cloud.processUntilFinished(session["session"] ?? .null, 3)
            #expect(found["records"]?.arrayValue?.allSatisfy { $0["State"] == "success" } == true, "\(found)")
            #expect(try await cloud.python("take(cloud['jobs'])") == [])
            try await worker.stop()
        }
    }
}
