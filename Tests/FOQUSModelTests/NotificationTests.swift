import FOQUSModel
import JSONKit
import Testing

/// The contract's examples (cloud-protocol 2.6), as JSON values.
@Suite struct NotificationTests {
    let job = JobID("3494e851-3304-4a41-be47-44083108083b")!
    let session = SessionID("9d8494a2-0000-4000-8000-000000000001")!
    let worker = WorkerIdentity(
        consumer: ConsumerID("b5dd83d8-3762-470d-9ba1-34ce6f0e753d")!, instance: "i-0test")

    private func parse(_ text: String) throws -> JSON { try JSON.parse(Array(text.utf8)) }

    @Test func consumerRunning() throws {
        let notification = Notification.consumerRunning(worker, user: "test")
        #expect(notification.topic == .update)
        #expect(notification.attributes == ["event": "consumer.running", "username": "test"])
        #expect(
            notification.body
                == (try parse(
                    """
                    [{"resource": "consumer", "instanceid": "i-0test", "event": "running", "rc": 0,
                      "consumer": "b5dd83d8-3762-470d-9ba1-34ce6f0e753d"}]
                    """)))
    }

    @Test(arguments: [JobState.setup, .running, .success, .terminate])
    func statusWithoutMessage(state: JobState) throws {
        let notification = Notification.jobStatus(state, job: job, session: session, worker: worker, user: "test")
        #expect(notification.attributes == ["event": "job.\(state.rawValue)", "username": "test"])
        #expect(
            notification.body
                == (try parse(
                    """
                    [{"resource": "job", "event": "status", "rc": 0, "status": "\(state.rawValue)",
                      "jobid": "3494e851-3304-4a41-be47-44083108083b", "instanceid": "i-0test",
                      "consumer": "b5dd83d8-3762-470d-9ba1-34ce6f0e753d",
                      "sessionid": "9d8494a2-0000-4000-8000-000000000001"}]
                    """)))
    }

    @Test(arguments: [JobState.error, .expired, .invalid])
    func statusWithMessage(state: JobState) throws {
        let notification = Notification.jobStatus(
            state, job: job, session: session, worker: worker, user: "test", message: "Flowsheet Error: Unknown")
        #expect(notification.body[0]?["message"] == "Flowsheet Error: Unknown")
        #expect(notification.body[0]?["status"] == .string(state.rawValue))
        #expect(notification.body[0]?.objectValue?.count == 9)
    }

    @Test func outputIsCalledUnknown() throws {
        let notification = Notification.jobOutput(["solTime": 0.5], job: job, session: session, user: "test")
        #expect(notification.attributes == ["event": "job.unknown", "username": "test"])
        #expect(
            notification.body
                == (try parse(
                    """
                    [{"resource": "job", "event": "output", "jobid": "3494e851-3304-4a41-be47-44083108083b",
                      "username": "test", "value": {"solTime": 0.5}, "rc": 0,
                      "sessionid": "9d8494a2-0000-4000-8000-000000000001"}]
                    """)))
    }

    @Test func nonFiniteOutputLeavesAsStrictJSON() throws {
        let output: JSON = ["z": .number(.nan), "y": .number(-.infinity)]
        let bytes = Notification.jobOutput(output, job: job, session: session, user: "test").body.serialized()
        let back = try JSON.parse(bytes)
        #expect(back[0]?["value"] == ["z": "NaN", "y": "-Infinity"])
    }

    @Test func textHasNoAttributes() throws {
        let notification = Notification.text("Consumer Registered", job: nil, worker: worker)
        #expect(notification.topic == .message && notification.attributes.isEmpty)
        #expect(
            notification.body
                == (try parse(
                    """
                    {"job": "", "message": "Consumer Registered", "instanceid": "i-0test", "resource": "job",
                     "consumer": "b5dd83d8-3762-470d-9ba1-34ce6f0e753d"}
                    """)))
    }

    @Test func alert() {
        let notification = Notification.alert("journal lost", detail: "disk", worker: worker)
        #expect(notification.topic == .alert)
        #expect(notification.attributes == ["event": "service.error", "instance": "i-0test"])
    }

    @Test func whatTheWorkerSaysTheProcessorUnderstands() throws {
        func events(_ notification: Notification) throws -> [NotificationEvent] {
            try NotificationEvent.events(body: notification.body.serialized(), attributes: notification.attributes)
        }
        #expect(
            try events(.jobStatus(.error, job: job, session: session, worker: worker, user: "t", message: "m"))
                == [.status(job: job, state: .error, consumer: worker.consumer, message: "m")])
        #expect(
            try events(.jobOutput([1], job: job, session: session, user: "t")) == [.output(job: job, value: [1])])
        #expect(
            try events(.consumerRunning(worker, user: "t"))
                == [.consumerRunning(consumer: worker.consumer, instance: "i-0test")])
    }
}
