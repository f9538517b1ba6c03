import FOQUSModel
public import Stores

/// The update topic as a queue that is subscribed to it shows it, with raw delivery or without.
///
/// The processor's order is that of arrival, which a standard queue mostly keeps and never promises. Sequence numbers
/// are this process's own: they begin at the time of its start in microseconds, so that a later process has higher ones.
/// What is received stays leased until it is committed; after a crash the queue shows it again.
public actor SQSNotificationSource: NotificationSource {
    private struct Entry {
        let delivery: NotificationDelivery
        var lease: Lease
    }

    /// How long a delivery is hidden after each renewal.
    private static let visibility = Duration.seconds(120)

    private let queue: SQSQueue
    private let time: any TimeSource
    private let turn = Turnstile()
    /// Received and not committed, by rising sequence.
    private var open: [Entry] = []
    private var last: Int64
    private var renewal: Task<Void, Never>?

    /// - Parameter queue: of the subscription, for nobody else.
    public init(queue: SQSQueue, time: any TimeSource) {
        self.queue = queue
        self.time = time
        last = time.now().milliseconds * 1000
    }

    deinit { renewal?.cancel() }

    public func receive(limit: Int, wait: Duration) async throws(StoreError) -> [NotificationDelivery] {
        guard limit > 0 else { return [] }
        await turn.enter()
        defer { turn.leave() }
        if open.count < limit {
            // What is open is delivered again at once; only an idle processor waits.
            let messages = try await queue.receive(
                limit: limit - open.count, visibility: Self.visibility, wait: open.isEmpty ? wait : .zero)
            take(messages)
            // An SQS call brings ten at most, and a processor without a wait wants all that is there.
            var count = messages.count
            while count > 0 && open.count < limit {
                let more = try await queue.receive(limit: limit - open.count, visibility: Self.visibility, wait: .zero)
                take(more)
                count = more.count
            }
        }
        return open.prefix(limit).map(\.delivery)
    }

    public func commit(through sequence: Int64) async throws(StoreError) {
        let done = open.prefix { $0.delivery.sequence <= sequence }
        guard !done.isEmpty else { return }
        _ = try await queue.acknowledge(done.map(\.lease))
        open.removeAll { $0.delivery.sequence <= sequence }
    }

    /// Gives back what is not committed, for the next processor.
    public func close() async {
        renewal?.cancel()
        let leases = open.map(\.lease)
        open = []
        _ = try? await queue.release(leases, delay: .zero, countsAsAttempt: true)
    }

    private func take(_ messages: [ReceivedMessage]) {
        for message in messages.enumerated().sorted(by: { ($0.element.sent, $0.offset) < ($1.element.sent, $1.offset) })
        {
            let message = message.element
            if let known = open.firstIndex(where: { $0.lease.message == message.lease.message }) {
                // Its lease had ended: the same delivery again, under a new lease.
                open[known].lease = message.lease
                continue
            }
            last += 1
            let delivery = NotificationDelivery(
                sequence: last, published: message.sent, body: message.body, attributes: message.attributes)
            open.append(Entry(delivery: delivery, lease: message.lease))
        }
        if renewal == nil && !open.isEmpty {
            renewal = Task { [weak self, time] in
                while !Task.isCancelled {
                    do { try await time.sleep(for: Self.visibility / 3) } catch { return }
                    guard await self?.renew() ?? false else { return }
                }
            }
        }
    }

    /// False when nothing is open any more. A failure is left to the next time: there are two before a lease ends.
    private func renew() async -> Bool {
        guard !open.isEmpty else {
            renewal = nil
            return false
        }
        _ = try? await queue.extend(open.map(\.lease), visibility: Self.visibility)
        return true
    }
}
