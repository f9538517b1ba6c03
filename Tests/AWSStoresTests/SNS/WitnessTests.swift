import AWSPeers
import AWSStores
import FOQUSModel
import JSONKit
import Logging
import Stores
import TestSupport
import Testing

/// boto3 at the other end: it sends as the deployed lambdas and topics do, and reads what the worker publishes.
struct WitnessTests {
    private static let job = "6a7c2a1e-0c3f-4d60-9b1e-0a7c54f0e3d1"
    private static let session = "0b8dbe83-5b9c-47a8-8f3e-7d1f2b7b2c55"
    /// A submitted job as post-session-start publishes it (cloud-protocol 1.4).
    private static let body: JSON = [
        "Simulation": "Simple_flow", "Input": ["node": ["x": 1.5, "text": "größer € 😀 \"Notification\""]],
        "Id": .string(job), "Application": "foqus", "resource": "job", "status": "submit", "jobid": .string(job),
        "sessionid": .string(session), "event": "status",
    ]
    private static let attributes: JSON = [
        "event": "job.submit", "session": .string(session), "job": .string(job), "username": "test",
        "application": "foqus",
    ]

    private func checkAdmission(_ message: ReceivedMessage) throws {
        let admitted = try AdmittedMessage(
            body: message.body, attributes: message.attributes, accepts: .users([try UserName("test")]))
        #expect(admitted.job.description == Self.job)
        #expect(admitted.session.description == Self.session)
        #expect(admitted.simulation.description == "Simple_flow")
        #expect(admitted.input == Self.body["Input"])
        #expect(message.receiveCount == 1)
    }

    @Test(.timeLimit(.minutes(3)), arguments: ["ministack", "roto", "moto"])
    func readsWhatIsSentAsRawDeliveryWould(_ name: String) async throws {
        let deployment = try await Deployment(on: try await peer(name))
        try await Boto.run(
            """
            import json
            client("sqs").send_message(
                QueueUrl=given["queue"], MessageBody=json.dumps(given["body"]),
                MessageAttributes={name: {"DataType": "String", "StringValue": value}
                                   for name, value in given["attributes"].items()})
            """, deployment.peer,
            given: ["queue": .string(deployment.jobQueue), "body": Self.body, "attributes": Self.attributes])
        let queue = deployment.queue()
        let messages = try await queue.receive(limit: 10, visibility: .seconds(60), wait: .seconds(20))
        try checkAdmission(try #require(messages.first))
        #expect(try await queue.acknowledge(messages.map(\.lease)) == [])
        let left = try await Boto.run(
            """
            result = client("sqs").get_queue_attributes(
                QueueUrl=given, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
            )["Attributes"]
            """, deployment.peer, given: .string(deployment.jobQueue))
        #expect(
            left == ["ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesNotVisible": "0"])
    }

    @Test(.timeLimit(.minutes(3)), arguments: ["ministack", "roto", "moto"], [true, false])
    func readsWhatTheStartLambdaPublishes(_ name: String, raw: Bool) async throws {
        let deployment = try await Deployment(on: try await peer(name), raw: raw, jobsFromTopic: true)
        try await Boto.run(
            """
            import json
            client("sns").publish(
                TopicArn=given["topic"], Message=json.dumps(given["body"]),
                MessageAttributes={name: {"DataType": "String", "StringValue": value}
                                   for name, value in given["attributes"].items()})
            """, deployment.peer,
            given: ["topic": .string(deployment.topics.update), "body": Self.body, "attributes": Self.attributes])
        let messages = try await deployment.queue().receive(limit: 10, visibility: .seconds(60), wait: .seconds(20))
        #expect(messages.count == 1)
        try checkAdmission(try #require(messages.first))
    }

    @Test(.timeLimit(.minutes(3)), arguments: ["ministack", "roto", "moto"])
    func publishesTheLifeOfAJobAsTheContractHasIt(_ name: String) async throws {
        let deployment = try await Deployment(on: try await peer(name))
        let worker = WorkerIdentity(consumer: SystemRandom().identifier(), instance: "i-0123456789abcdef0")
        let job = try #require(JobID(Self.job))
        let session = try #require(SessionID(Self.session))
        func status(_ state: JobState, message: String? = nil) -> Notification {
            .jobStatus(state, job: job, session: session, worker: worker, user: "test", message: message)
        }
        let life: [Notification] = [
            .consumerRunning(worker, user: "test"), .text("Consumer Registered", job: nil, worker: worker),
            .text("setup foqus job", job: job, worker: worker), status(.setup), status(.running),
            .jobOutput(["graphError": 0, "x": "größer"], job: job, session: session, user: "test"),
            status(.error, message: "why\n\"so\""), .alert("down", detail: "detail", worker: worker),
        ]
        try await deployment.notifier().publish(
            life.enumerated().map { OutgoingNotification(id: "attempt/\($0)", notification: $1) })
        let read = try await Boto.run(
            """
            import json
            sqs = client("sqs")
            def read(url, count):
                messages = []
                while len(messages) < count:
                    got = sqs.receive_message(
                        QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=5, MessageAttributeNames=["All"],
                        AttributeNames=["SentTimestamp"]).get("Messages", [])
                    if not got:
                        break
                    messages += got
                return [[json.loads(m["Body"]),
                         {name: [value["DataType"], value["StringValue"]]
                          for name, value in m.get("MessageAttributes", {}).items()}] for m in messages]
            result = [read(given[0], 5), read(given[1], 3)]
            """, deployment.peer,
            given: [.string(deployment.updateQueue), .string(deployment.messageQueue)])
        func expected(_ notification: Notification) -> JSON {
            [
                notification.body,
                .object(
                    JSONObject(
                        notification.attributes.sorted { $0.key < $1.key }.map {
                            ($0.key, ["String", .string($0.value)])
                        })),
            ]
        }
        #expect(read[0] == .array(life.filter { $0.topic == .update }.map(expected)))
        // Two topics feed this queue, and topics are independent.
        let others = (read[1]?.arrayValue ?? []).map(\.description).sorted()
        #expect(others == life.filter { $0.topic != .update }.map { expected($0).description }.sorted())
    }

    @Test(.timeLimit(.minutes(3)), arguments: ["ministack", "moto"])
    func aFIFOTopicTakesANotificationOnce(_ name: String) async throws {
        let deployment = try await Deployment(on: try await peer(name), fifo: true)
        let worker = WorkerIdentity(consumer: SystemRandom().identifier(), instance: "i-0")
        let jobs: [JobID] = (0..<2).map { _ in SystemRandom().identifier() }
        let outgoing = jobs.flatMap { job in
            [JobState.setup, .running, .success].map { state in
                OutgoingNotification(
                    id: "\(job)/\(state)",
                    notification: .jobStatus(
                        state, job: job, session: SystemRandom().identifier(), worker: worker, user: "test"))
            }
        }
        try await deployment.notifier().publish(outgoing)
        try await deployment.notifier().publish(outgoing)
        let source = deployment.source()
        var read: [(job: JobID, state: JobState)] = []
        while case let deliveries = try await source.receive(limit: 100, wait: .seconds(2)), let last = deliveries.last
        {
            for delivery in deliveries {
                for event in try NotificationEvent.events(body: delivery.body, attributes: delivery.attributes) {
                    if case .status(let job, let state, _, _) = event { read.append((job, state)) }
                }
            }
            try await source.commit(through: last.sequence)
        }
        for job in jobs { #expect(read.filter { $0.job == job }.map(\.state) == [.setup, .running, .success]) }
    }

    @Test(.timeLimit(.minutes(3)), arguments: ["ministack", "moto"])
    func aMissingTopicIsNamedSo(_ name: String) async throws {
        let peer = try await peer(name)
        let deployment = try await Deployment(on: peer)
        let missing = SNSTopics(
            update: deployment.topics.update + "-none", message: deployment.topics.message, alert: nil)
        let notifier = SNSNotifier(
            topics: missing, service: peer.service("sns"), time: SystemTime(),
            logger: .init(label: "test", sink: NullSink()))
        let worker = WorkerIdentity(consumer: SystemRandom().identifier(), instance: "i-0")
        let error = await #expect(throws: StoreError.self) {
            try await notifier.publish([
                OutgoingNotification(id: "a/1", notification: .consumerRunning(worker, user: "test"))
            ])
        }
        #expect(error?.description.hasPrefix("cannot publish to the update topic: ") == true)
    }
}
