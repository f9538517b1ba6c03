import FOQUSModel
import JSONKit
import Stores
import Testing

@testable import Gateway

/// The notifications of the existing cloud, in the forms that were recorded from it.
@Suite struct NotificationBatchTests {
    private static let job = JobID("e054c952-013d-4609-b213-b3d9a09fb08c")!
    private static let consumer = ConsumerID("4d6ad48a-f451-4862-9df9-614d20b89193")!
    private static let session = SessionID("747919db-bf9c-4e83-b4ef-b0b033ad985c")!
    private static let time = Timestamp(milliseconds: 1000)

    private func delivery(_ sequence: Int64, _ body: String, _ attributes: [String: String] = [:])
        -> NotificationDelivery
    {
        NotificationDelivery(
            sequence: sequence, published: Self.time, body: Array(body.utf8), attributes: attributes)
    }

    @Test func aStatusIsReadFromAnObjectWithTheWholeJobInIt() {
        let body = """
            {"Simulation":"zzfoqus_BFB","consumer":"4d6ad48a-f451-4862-9df9-614d20b89193","Reset":false,
            "Id":"e054c952-013d-4609-b213-b3d9a09fb08c","resource":"job","status":"setup",
            "jobid":"e054c952-013d-4609-b213-b3d9a09fb08c","sessionid":"747919db-bf9c-4e83-b4ef-b0b033ad985c",
            "event":"status"}
            """
        let batch = NotificationBatch([delivery(7, body, ["event": "job.status", "username": "test"])])
        #expect(
            batch.steps == [
                .updates([.status(Self.job, .setup, consumer: Self.consumer, message: nil, at: Self.time)])
            ])
        #expect(batch.last == 7)
        #expect(batch.poison.isEmpty)
    }

    @Test func listsOfTheWorkerAreReadInOrder() {
        let id = Self.job.description
        let batch = NotificationBatch([
            delivery(
                1,
                """
                [{"instanceid":null,"consumer":"\(Self.consumer)","resource":"consumer","event":"running","rc":0},
                {"rc":0,"resource":"job","event":"output","value":{"graphError":0},"jobid":"\(id)"}]
                """),
            delivery(
                2, #"[{"resource":"job","event":"status","status":"error","message":"no","jobid":"\#(id)","rc":0}]"#),
        ])
        #expect(
            batch.steps == [
                .updates([
                    .consumerRunning(Self.consumer, instance: nil, at: Self.time),
                    .output(Self.job, ["graphError": 0]),
                    .status(Self.job, .error, consumer: nil, message: "no", at: Self.time),
                ])
            ])
    }

    @Test func sessionEventsKeepTheirPlaceBetweenChanges() {
        let status = #"{"resource":"job","event":"status","status":"running","jobid":"\#(Self.job)"}"#
        let batch = NotificationBatch([
            delivery(1, status),
            delivery(2, "session.kill", ["event": "session.kill.\(Self.session)", "username": "ann"]),
            delivery(3, status),
        ])
        #expect(batch.steps.count == 3)
        #expect(
            batch.steps[1]
                == .session(
                    NotificationBatch.SessionRequest(
                        session: Self.session, action: .kill, username: "ann", published: Self.time)))
    }

    @Test(
        arguments: [
            "", "not JSON", "[]x", "{}", "1", "[{\"resource\":\"job\"}]",
            #"{"resource":"job","event":"status","status":"setup","jobid":"x"}"#,
            #"{"resource":"job","event":"status","status":"paused","jobid":"e054c952-013d-4609-b213-b3d9a09fb08c"}"#,
            #"{"resource":"consumer","event":"running"}"#,
        ])
    func whatCannotBeReadIsPassedOver(body: String) {
        let good = #"{"resource":"job","event":"status","status":"running","jobid":"\#(Self.job)"}"#
        let batch = NotificationBatch([delivery(4, body), delivery(5, good)])
        #expect(batch.poison.map(\.sequence) == [4])
        #expect(batch.steps.count == 1)
        #expect(batch.last == 5)
    }

    @Test func nothingAsksForNothing() {
        let batch = NotificationBatch([])
        #expect(batch.steps.isEmpty && batch.last == nil)
    }
}
