import AWSClient
import AWSPeers
import AWSStores
import FOQUSModel
import HTTPClient
import JSONKit
import Logging
import Stores
import TestSupport
import Testing

/// Queue and topics where calls fail, in the forms of AWS.
struct QueueFaultTests {
    /// One call in five: throttled, failed, cut off or without an end.
    private static let rules: [JSON] = [
        ["service": "*", "probability": 0.05, "error": ["code": "ThrottlingException", "status": 400]],
        ["service": "*", "probability": 0.05, "error": ["code": "InternalError", "status": 500]],
        ["service": "*", "probability": 0.05, "reset": true],
        ["service": "*", "probability": 0.05, "response": ["truncate_frac": 0.5]],
    ]

    @Test(.timeLimit(.minutes(3))) func noMessageIsLostToFaults() async throws {
        let deployment = try await Deployment(on: try await .roto(), isRedriven: false)
        let faulty = try await deployment.peer.faulty(Self.rules)
        let queue = SQSQueue(url: deployment.jobQueue, service: faulty.service("sqs"), time: SystemTime())
        let bodies = (0..<60).map { Array("{\"x\":\($0)}".utf8) }
        for body in bodies {
            try await persist { () throws(StoreError) in
                try await queue.send([OutgoingMessage(body: body, attributes: ["kind": "check"])])
            }
        }
        var done: Set<[UInt8]> = []
        while done.count < bodies.count {
            // What is leased to an answer that got lost comes back after two seconds.
            let messages = try await persist { () throws(StoreError) in
                try await queue.receive(limit: 20, visibility: .seconds(2), wait: .seconds(1))
            }
            let lost = try await persist { () throws(StoreError) in
                try await queue.acknowledge(messages.map(\.lease))
            }
            done.formUnion(messages.filter { !lost.contains($0.lease) }.map(\.body))
        }
        #expect(done == Set(bodies))
        await queue.close(grace: .zero)
    }

    @Test(.timeLimit(.minutes(3))) func noNotificationIsLostToFaultsAndOrderIsKept() async throws {
        let deployment = try await Deployment(on: try await .roto())
        let faulty = try await deployment.peer.faulty(Self.rules)
        let notifier = SNSNotifier(
            topics: deployment.topics, service: faulty.service("sns"), time: SystemTime(),
            logger: Logger(label: "test", sink: NullSink()))
        let worker = WorkerIdentity(consumer: SystemRandom().identifier(), instance: "i-0")
        let jobs: [JobID] = (0..<15).map { _ in SystemRandom().identifier() }
        let states: [JobState] = [.setup, .running, .success]
        let all = jobs.flatMap { job in
            states.map { state in
                OutgoingNotification(
                    id: "\(job)/\(state)",
                    notification: .jobStatus(
                        state, job: job, session: SystemRandom().identifier(), worker: worker, user: "test"))
            }
        }
        try await persist { () throws(StoreError) in try await notifier.publish(all) }
        let source = deployment.source()
        var first: [JobID: [JobState]] = [:]
        while first.values.reduce(0, { $0 + $1.count }) < all.count {
            let deliveries = try await source.receive(limit: 100, wait: .seconds(5))
            let last = try #require(deliveries.last, "a notification is lost")
            for delivery in deliveries {
                for event in try NotificationEvent.events(body: delivery.body, attributes: delivery.attributes) {
                    guard case .status(let job, let state, _, _) = event else { continue }
                    // A repetition is allowed; what counts is when a state is told for the first time.
                    if !(first[job] ?? []).contains(state) { first[job, default: []].append(state) }
                }
            }
            try await source.commit(through: last.sequence)
        }
        for job in jobs { #expect(first[job] == states) }
    }

    @Test(.timeLimit(.minutes(3)), arguments: ["ministack", "roto", "moto"])
    func aMissingQueueIsNotFound(_ name: String) async throws {
        let deployment = try await Deployment(on: try await peer(name))
        let queue = deployment.queue(deployment.jobQueue + "-none")
        for _ in 0..<2 {
            let error = await #expect(throws: StoreError.self) {
                try await queue.receive(limit: 1, visibility: .seconds(60), wait: .zero)
            }
            #expect(error?.code == .missing)
            #expect(error?.operation.hasSuffix("-jobs-none") == true)
        }
    }

    @Test(.timeLimit(.minutes(3)), arguments: ["ministack", "moto"])
    func aWrongSecretIsDenied(_ name: String) async throws {
        let deployment = try await Deployment(on: try await peer(name))
        let peer = deployment.peer
        let wrong = AWSCredentials(
            accessKeyID: peer.credentials.accessKeyID, secretAccessKey: "another", source: "test")
        let service = AWSService(
            name: "sqs", region: peer.region, endpoint: peer.endpoint, http: AWSPeer.http,
            credentials: StaticCredentials(wrong), time: SystemTime())
        let error = await #expect(throws: StoreError.self) {
            try await SQSQueue(url: deployment.jobQueue, service: service, time: SystemTime()).statistics()
        }
        #expect(error?.code == .denied)
        #expect(error?.description.contains("another") == false)
    }

    /// Repeats what fails for the moment, as the worker's engine does.
    private func persist<Value: Sendable>(_ body: () async throws(StoreError) -> Value) async throws -> Value {
        while true {
            do throws(StoreError) {
                return try await body()
            } catch {
                guard error.isTransient else { throw error }
            }
        }
    }
}
