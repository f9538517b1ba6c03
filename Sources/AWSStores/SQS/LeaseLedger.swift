import FOQUSModel
import Stores
import Threading

/// What this process knows of its leases. SQS itself is vague: a standard queue may accept a receipt that is no longer
/// the latest (SQS API Reference, DeleteMessage), and refuses to hide a message for more than 12 hours after a receive.
final class LeaseLedger: Sendable {
    enum Standing: Sendable, Hashable {
        /// Holds for certain; until `limit` it may be extended.
        case held(limit: Instant)
        /// Its time is over by our clock, though nobody is known to have it.
        case expired(limit: Instant)
        /// Of an earlier life of the worker, or forgotten.
        case unknown
        /// Given up, or the message was received again since.
        case lost
        /// The message was removed under this lease.
        case acknowledged
    }

    /// The longest that a message can be hidden after a receive.
    static let limit = Duration.seconds(43_200)
    /// So many entries are kept before those of no more use are thrown away.
    private static let capacity = 8192
    /// A lease so near to its end counts as expired, as a call takes time.
    private static let margin = Duration.seconds(1)

    private enum State { case held, lost, acknowledged }

    private struct Entry {
        let receipt: String
        let received: Instant
        var validUntil: Instant
        var state = State.held
    }

    private let time: any TimeSource
    private let entries = Locked<[String: Entry]>([:])

    init(time: any TimeSource) { self.time = time }

    /// - Parameter asked: before the call that leased the messages.
    func received(_ leases: [Lease], asked: Instant, visibility: Duration) {
        entries.withLock { entries in
            if entries.count >= Self.capacity {
                entries = entries.filter { $0.value.state == .held && asked < $0.value.received + Self.limit }
            }
            for lease in leases {
                entries[lease.message] = Entry(
                    receipt: lease.receipt, received: asked, validUntil: asked + visibility)
            }
        }
    }

    func standing(of lease: Lease) -> Standing {
        let now = time.instant()
        return entries.withLock { entries in
            guard let entry = entries[lease.message] else { return .unknown }
            guard entry.receipt == lease.receipt else { return .lost }
            switch entry.state {
            case .lost: return .lost
            case .acknowledged: return .acknowledged
            case .held: break
            }
            let limit = entry.received + Self.limit
            if now >= limit { return .lost }
            return now + Self.margin < entry.validUntil ? .held(limit: limit) : .expired(limit: limit)
        }
    }

    func extended(_ lease: Lease, until end: Instant) {
        entries.withLock { entries in
            if entries[lease.message]?.receipt == lease.receipt { entries[lease.message]?.validUntil = end }
        }
    }

    func lost(_ lease: Lease) { end(lease, .lost) }

    func acknowledged(_ lease: Lease) { end(lease, .acknowledged) }

    private func end(_ lease: Lease, _ state: State) {
        let now = time.instant()
        entries.withLock { entries in
            var entry = entries[lease.message] ?? Entry(receipt: lease.receipt, received: now, validUntil: now)
            guard entry.receipt == lease.receipt else { return }
            entry.state = state
            entries[lease.message] = entry
        }
    }
}
