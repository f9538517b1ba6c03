import FOQUSModel
import Stores

/// Tells an observer how long each call took and how it failed.
struct CallMeter: Sendable {
    let service: String
    let observer: any CallObserver
    let time: any TimeSource

    func measure<Result: Sendable>(
        _ operation: String, _ body: () async throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        let started = time.instant()
        do throws(StoreError) {
            let result = try await body()
            observer.called(service, operation, took: time.instant() - started, failure: nil)
            return result
        } catch {
            observer.called(service, operation, took: time.instant() - started, failure: error.code.rawValue)
            throw error
        }
    }
}

/// A queue whose calls are measured; all but receiving, which waits for messages and not for the queue.
struct MeteredQueue: JobQueue {
    private let queue: any JobQueue
    private let meter: CallMeter

    init(_ queue: any JobQueue, _ observer: any CallObserver, time: any TimeSource) {
        self.queue = queue
        meter = CallMeter(service: "queue", observer: observer, time: time)
    }

    func send(_ messages: [OutgoingMessage]) async throws(StoreError) {
        try await meter.measure("send") { () throws(StoreError) in try await queue.send(messages) }
    }

    func receive(
        limit: Int, visibility: Duration, wait: Duration
    ) async throws(StoreError) -> [ReceivedMessage] {
        try await queue.receive(limit: limit, visibility: visibility, wait: wait)
    }

    func extend(_ leases: [Lease], visibility: Duration) async throws(StoreError) -> Set<Lease> {
        try await meter.measure("extend") { () throws(StoreError) in
            try await queue.extend(leases, visibility: visibility)
        }
    }

    func acknowledge(_ leases: [Lease]) async throws(StoreError) -> Set<Lease> {
        try await meter.measure("acknowledge") { () throws(StoreError) in try await queue.acknowledge(leases) }
    }

    func release(
        _ leases: [Lease], delay: Duration, countsAsAttempt: Bool
    ) async throws(StoreError) -> Set<Lease> {
        try await meter.measure("release") { () throws(StoreError) in
            try await queue.release(leases, delay: delay, countsAsAttempt: countsAsAttempt)
        }
    }

    func statistics() async throws(StoreError) -> QueueStatistics {
        try await meter.measure("statistics") { () throws(StoreError) in try await queue.statistics() }
    }
}

/// Topics whose calls are measured.
struct MeteredNotifier: Notifier {
    private let notifier: any Notifier
    private let meter: CallMeter

    init(_ notifier: any Notifier, _ observer: any CallObserver, time: any TimeSource) {
        self.notifier = notifier
        meter = CallMeter(service: "topics", observer: observer, time: time)
    }

    var isOn: Bool { notifier.isOn }

    func publish(_ notifications: [OutgoingNotification]) async throws(StoreError) {
        try await meter.measure("publish") { () throws(StoreError) in try await notifier.publish(notifications) }
    }
}
