import AWSStores
import FOQUSModel
import Stores

/// The conformance checks speak of half-minute leases and an hour's wait, which on a real server would really pass. These
/// stores live five times as fast, in the whole seconds of SQS: a lease of 30 s lasts 6.
enum Haste {
    static let factor = 5
    /// Longer than any lease of the checks that wait this long; a check that lets an hour pass only needs that.
    static let longest = Duration.seconds(70)

    static func advance(_ duration: Duration) async {
        // A little more, since servers count in whole seconds or look only now and then.
        try? await Task.sleep(for: min(duration, longest) / factor + .milliseconds(300))
    }
}

struct HastenedTime: TimeSource {
    private let start = SystemTime().instant()

    func now() -> Timestamp { SystemTime().now() }
    func instant() -> Instant { start + (SystemTime().instant() - start) * Haste.factor }
    func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration / Haste.factor) }
}

struct HastenedQueue: JobQueue, DeadLetterQueue {
    let base: SQSQueue

    func send(_ messages: [OutgoingMessage]) async throws(StoreError) {
        try await base.send(
            messages.map { OutgoingMessage(body: $0.body, attributes: $0.attributes, delay: $0.delay / Haste.factor) })
    }

    func receive(limit: Int, visibility: Duration, wait: Duration) async throws(StoreError) -> [ReceivedMessage] {
        try await base.receive(limit: limit, visibility: visibility / Haste.factor, wait: wait / Haste.factor)
    }

    func extend(_ leases: [Lease], visibility: Duration) async throws(StoreError) -> Set<Lease> {
        try await base.extend(leases, visibility: visibility / Haste.factor)
    }

    func acknowledge(_ leases: [Lease]) async throws(StoreError) -> Set<Lease> { try await base.acknowledge(leases) }

    func release(_ leases: [Lease], delay: Duration, countsAsAttempt: Bool) async throws(StoreError) -> Set<Lease> {
        try await base.release(leases, delay: delay / Haste.factor, countsAsAttempt: countsAsAttempt)
    }

    func statistics() async throws(StoreError) -> QueueStatistics { try await base.statistics() }
    func unreported(limit: Int) async throws(StoreError) -> [DeadLetter] { try await base.unreported(limit: limit) }
    func markReported(_ ids: [String]) async throws(StoreError) { try await base.markReported(ids) }
    func deadLetters(limit: Int) async throws(StoreError) -> [DeadLetter] { try await base.deadLetters(limit: limit) }
    func redrive(_ ids: [String]) async throws(StoreError) -> Int { try await base.redrive(ids) }
}

struct HastenedSource: NotificationSource {
    let base: SQSNotificationSource

    func receive(limit: Int, wait: Duration) async throws(StoreError) -> [NotificationDelivery] {
        try await base.receive(limit: limit, wait: wait / Haste.factor)
    }

    func commit(through sequence: Int64) async throws(StoreError) { try await base.commit(through: sequence) }
}
