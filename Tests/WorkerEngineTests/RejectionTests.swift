import EmbeddedStores
import Executors
import FOQUSModel
import JSONKit
import Stores
import Testing
import WorkerEngine

/// Every refusal of cloud-protocol 2.4: the job's state, one notification, one acknowledgement, and a worker that goes on.
@Suite(.timeLimit(.minutes(1))) struct RejectionTests {
    static let job = "3494e851-3304-4a41-be47-44083108083b"
    static let session = "9d8494a2-0000-4000-8000-000000000001"

    /// Sends `message`, then a good job, and returns what is told until the good one is done.
    private func told(
        of message: OutgoingMessage, users: UserFilter = .all
    ) async throws -> [Told] {
        var result: [Told] = []
        try await withFixture { fixture in
            let executor = ScriptedExecutor { _ in .success(output: [:]) }
            var options = fixture.options
            options.slots = 1
            options.users = users
            try await fixture.putSimulation("refused", files: ["refuse.me"])
            try await fixture.backend.queue.send([message])
            result = try await withWorker(fixture, executor, options: options) { _ in
                let good = try await fixture.submit(1)[0]
                let told = try await fixture.notifications { !$0.finals(of: good).isEmpty }
                return told.filter { $0.job != good && $0.word != nil }
            }
            #expect(try await fixture.isQueueEmpty(), "the message was not acknowledged")
        }
        return result
    }

    private func message(_ body: String, _ attributes: [String: String]) -> OutgoingMessage {
        OutgoingMessage(body: Array(body.utf8), attributes: attributes)
    }

    static let attributes = ["job": job, "session": session, "username": "test"]

    @Test(
        arguments: [
            [:], ["job": job], ["job": job, "session": session], ["job": "9", "session": session, "username": "test"],
            ["job": job, "session": "9", "username": "test"],
        ] as [[String: String]])
    func withoutAJobNothingIsTold(attributes: [String: String]) async throws {
        #expect(try await told(of: message("{}", attributes)).isEmpty)
    }

    @Test(arguments: [
        "{", "[]", "null", "{}", #"{"Simulation":"../../etc"}"#, #"{"Simulation":"a/b"}"#,
        #"{"Simulation":"Flash","Input":"x"}"#, #"{"Simulation":"a\u0000"}"#,
        #"{"Simulation":"\#(String(repeating: "n", count: 10_000))"}"#,
    ])
    func aBadBodyIsInvalid(body: String) async throws {
        let told = try await told(of: message(body, Self.attributes))
        #expect(told.compactMap(\.word) == ["invalid"])
        #expect(told.first?.message?.isEmpty == false)
    }

    @Test func anotherUsersJobIsAnError() async throws {
        let eve = Self.attributes.merging(["username": "eve"]) { $1 }
        let told = try await told(
            of: message(#"{"Simulation":"Flash"}"#, eve), users: .users([try UserName("test")]))
        #expect(told.map(\.message) == ["Authorization Failed: wrong user(eve)"])
    }

    @Test(arguments: [
        (#"{"Simulation":"missing","Input":{}}"#, "does not exist"),
        (#"{"Simulation":"refused","Input":{}}"#, "is refused"),
        (#"{"Simulation":"Flash","Input":{},"Application":"gproms"}"#, "not served here"),
    ])
    func whatCannotBeRunIsAnError(body: String, reason: String) async throws {
        let told = try await told(of: message(body, Self.attributes))
        #expect(told.compactMap(\.word) == ["error"])
        #expect(told.first?.message?.contains(reason) == true, "\(told.first?.message ?? "")")
    }

    @Test func aJobWithoutRecordIsExpired() async throws {
        let told = try await told(of: message(#"{"Simulation":"Flash","Input":{}}"#, Self.attributes))
        #expect(told.compactMap(\.word) == ["expired"])
    }

    @Test func aFinishedJobIsNotRunAgain() async throws {
        try await withFixture { fixture in
            let executor = ScriptedExecutor { _ in .success(output: [:]) }
            let job = try await fixture.submit(1)[0]
            _ = try await withWorker(fixture, executor) { _ in
                try await fixture.notifications { !$0.finals(of: job).isEmpty }
            }
            let stored = try #require(try await fixture.backend.jobs.job(job))
            try await fixture.backend.queue.send([
                OutgoingMessage(
                    body: JobMessage.body(of: stored).serialized(), attributes: JobMessage.attributes(of: stored))
            ])
            _ = try await withWorker(fixture, executor) { _ in
                let next = try await fixture.submit(1)[0]
                return try await fixture.notifications { !$0.finals(of: next).isEmpty }
            }
            #expect(executor.runs[job] == 1)
            #expect(try await fixture.isQueueEmpty())
        }
    }
}
