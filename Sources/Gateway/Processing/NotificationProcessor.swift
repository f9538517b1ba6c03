import EventLoop
import FOQUSModel
import JournalEvents
import Logging
import Stores

/// Brings the job table up to date with what workers publish (cloud-protocol 3).
///
/// At least once: a batch is committed after its effects, which are all harmless when repeated. Of several gateways on
/// one store, one processes at a time.
public struct NotificationProcessor: Sendable {
    /// Notifications taken at a time; they share a few transactions.
    private static let batchSize = 256
    private static let receiveWait = Duration.seconds(20)
    /// After a batch of at least so many the next one may gather for a moment: a batch costs nearly the same for ten
    /// as for a hundred.
    private static let busyBatch = 16
    private static let busyPause = Duration.milliseconds(20)
    private static let deadLetterInterval = Duration.seconds(5)

    private let stores: ProcessorServices
    private let services: GatewayServices
    private let writer: BatchWriter
    private let log: Logger

    public init(_ stores: ProcessorServices, _ services: GatewayServices) {
        self.stores = stores
        self.services = services
        log = services.log.labelled("processor")
        writer = BatchWriter(
            services: services, log: log,
            persistence: Persistence(time: services.time, random: services.random, log: log))
    }

    /// Processes until the task is cancelled. What is not committed then is delivered again to the next processor.
    public func run() async {
        do {
            try await repeating("lock") { try await stores.lock.acquire() }
        } catch {
            return
        }
        services.metrics.processing(true)
        log.info("processing notifications", event: JournalEvent.processorStarted)
        await withTaskGroup { group in
            group.addTask { await forever("notifications") { try await processNotifications() } }
            group.addTask { await forever("dead letters") { try await reportDeadLetters() } }
            await group.waitForAll()
        }
        await stores.lock.release()
        services.metrics.processing(false)
        log.info("processing ended", event: JournalEvent.processorStopped)
    }

    // MARK: notifications

    private func processNotifications() async throws {
        let deliveries = try await stores.source.receive(limit: Self.batchSize, wait: Self.receiveWait)
        let batch = NotificationBatch(deliveries)
        guard let last = batch.last else { return }
        services.metrics.inHand(since: deliveries.first?.published)
        services.metrics.passedOver(batch.poison.count)
        for poison in batch.poison {
            log.warning(
                "notification passed over", ["sequence": poison.sequence, "reason": poison.reason],
                event: JournalEvent.notificationPassedOver)
        }
        for step in batch.steps {
            switch step {
            case .updates(let updates): try await writer.apply(updates)
            case .session(let request): try await writer.act(on: request)
            }
        }
        try await writer.persistence.insist { () async throws(StoreError) in
            try await stores.source.commit(through: last)
        }
        services.metrics.inHand(since: nil)
        if (Self.busyBatch..<Self.batchSize).contains(deliveries.count) {
            try await services.time.sleep(for: Self.busyPause)
        }
    }

    // MARK: dead letters

    private func reportDeadLetters() async throws {
        let generation = stores.deadLetterSignal?.generation ?? 0
        let letters = try await stores.deadLetters.unreported(limit: Self.batchSize)
        guard !letters.isEmpty else { return try await waitForDeadLetters(since: generation) }
        var updates: [JobUpdate] = []
        for letter in letters {
            let name = letter.attributes["job"] ?? ""
            log.warning(
                "job given up", ["letter": letter.id, "job": name, "attempts": letter.receiveCount],
                event: JournalEvent.jobGivenUp)
            guard let job = JobID(name) else { continue }
            updates.append(
                .status(
                    job, .error, consumer: nil,
                    message: "gave up after \(letter.receiveCount) attempts: no worker finished the job",
                    at: letter.died))
        }
        try await writer.apply(updates)
        try await stores.deadLetters.markReported(letters.map(\.id))
        services.metrics.gaveUp(letters.count)
    }

    /// Until the signal is raised after `generation`, or for a while: a signal is lost when the process that found the
    /// message dead ended just then.
    private func waitForDeadLetters(since generation: UInt64) async throws {
        guard let signal = stores.deadLetterSignal else {
            return try await services.time.sleep(for: Self.deadLetterInterval)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = await signal.wait(since: generation, timeout: .seconds(3600)) }
            group.addTask { try await services.time.sleep(for: Self.deadLetterInterval) }
            try await group.next()
            group.cancelAll()
        }
    }

    // MARK: persistence

    /// Repeats `body` until the task is cancelled; failures are reported once and slow it down.
    private func forever(_ subject: String, _ body: () async throws -> Void) async {
        while !Task.isCancelled {
            do { try await repeating(subject, body) } catch { return }
        }
    }

    /// Repeats `body` until it succeeds; throws `CancellationError` when the task is cancelled.
    private func repeating(_ subject: String, _ body: () async throws -> Void) async throws {
        let backoff = Backoff()
        var failures = 0
        while true {
            try Task.checkCancellation()
            do {
                try await body()
                if failures > 0 {
                    log.notice(
                        "\(subject) in order again", ["failures": failures], event: JournalEvent.processorBack)
                }
                return
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                failures += 1
                if failures == 1 {
                    log.error(
                        "\(subject) failing, trying again", ["reason": "\(error)"],
                        event: JournalEvent.processorFails)
                }
                try await services.time.sleep(for: backoff.delay(afterFailures: failures, services.random))
            }
        }
    }
}
