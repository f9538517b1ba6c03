import FOQUSModel
import JSONKit
public import Stores

extension SQSQueue {
    /// How long a message is hidden while it is found out whether its lease still holds, in seconds.
    private static let probe = 30

    public func extend(_ leases: [Lease], visibility: Duration) async throws(StoreError) -> Set<Lease> {
        try await change(leases, visibility: visibility.wholeSecondsUp).lost
    }

    /// A receive cannot be taken back on SQS: `countsAsAttempt` has no effect here, the receive counts.
    public func release(
        _ leases: [Lease], delay: Duration, countsAsAttempt: Bool
    ) async throws(StoreError) -> Set<Lease> {
        let (lost, changed) = try await change(leases, visibility: delay.wholeSecondsUp)
        for lease in changed { ledger.lost(lease) }
        return lost
    }

    public func acknowledge(_ leases: [Lease]) async throws(StoreError) -> Set<Lease> {
        var lost: Set<Lease> = []
        var certain: [Lease] = []
        var doubtful: [Lease] = []
        for lease in leases {
            switch ledger.standing(of: lease) {
            case .held: certain.append(lease)
            case .expired, .unknown: doubtful.append(lease)
            case .lost: lost.insert(lease)
            case .acknowledged: break
            }
        }
        if !doubtful.isEmpty {
            // SQS may remove a message under a receipt that somebody else's has replaced. Hiding it tells.
            let (gone, held) = try await change(doubtful, visibility: Self.probe)
            lost.formUnion(gone)
            certain += held
        }
        lost.formUnion(try await delete(certain))
        return lost
    }

    private func delete(_ leases: [Lease]) async throws(StoreError) -> Set<Lease> {
        let entries = leases.map { lease -> JSONObject in ["ReceiptHandle": .string(lease.receipt)] }
        let chunks = BatchOperation.chunks(of: leases.map { _ in 1 })
        let failures = try await batches.run(chunks) { [calls, ledger] (numbers) throws(StoreError) in
            let result = try await calls.batch(
                "DeleteMessageBatch", numbers.map { ($0, entries[$0]) }, "delete messages of")
            for number in result.done { ledger.acknowledged(leases[number]) }
            return result
        }
        var lost: Set<Lease> = []
        for (number, failure) in failures.sorted(by: { $0.key < $1.key }) {
            guard LeaseFault(failure) == .lost else { throw failure.error("delete messages of queue \(calls.name)") }
            ledger.lost(leases[number])
            lost.insert(leases[number])
        }
        return lost
    }

    /// Shows or hides messages.
    ///
    /// - Parameter visibility: in seconds from now; cut where 12 hours after the receive end earlier.
    private func change(
        _ leases: [Lease], visibility: Int
    ) async throws(StoreError) -> (lost: Set<Lease>, changed: [Lease]) {
        let asked = time.instant()
        var lost: Set<Lease> = []
        var open: [(lease: Lease, seconds: Int)] = []
        for lease in Set(leases) {
            switch ledger.standing(of: lease) {
            case .lost, .acknowledged: lost.insert(lease)
            case .unknown: open.append((lease, min(visibility, Int(LeaseLedger.limit.components.seconds))))
            case .held(let limit), .expired(let limit):
                let rest = Int((limit - asked).components.seconds)
                open.append((lease, min(visibility, max(0, rest))))
            }
        }
        var changed: [Lease] = []
        // An adopted lease's receive is not known, so SQS tells when 12 hours end: by refusing.
        while !open.isEmpty {
            let result = try await changeOnce(open, asked)
            lost.formUnion(result.lost)
            changed += result.changed
            open = result.tooLong.map { ($0.lease, $0.seconds / 2) }
        }
        return (lost, changed)
    }

    private func changeOnce(
        _ items: [(lease: Lease, seconds: Int)], _ asked: Instant
    ) async throws(StoreError) -> (lost: Set<Lease>, changed: [Lease], tooLong: [(lease: Lease, seconds: Int)]) {
        let entries = items.map { item -> JSONObject in
            ["ReceiptHandle": .string(item.lease.receipt), "VisibilityTimeout": .int(Int64(item.seconds))]
        }
        let purpose = "change the visibility of messages of"
        let chunks = BatchOperation.chunks(of: items.map { _ in 1 })
        let failures = try await batches.run(chunks) { [calls] (numbers) throws(StoreError) in
            try await calls.batch("ChangeMessageVisibilityBatch", numbers.map { ($0, entries[$0]) }, purpose)
        }
        var lost: Set<Lease> = []
        var tooLong: [(lease: Lease, seconds: Int)] = []
        for (number, failure) in failures.sorted(by: { $0.key < $1.key }) {
            let item = items[number]
            switch LeaseFault(failure) {
            case .beyondLimit where item.seconds > 1: tooLong.append(item)
            case .lost, .beyondLimit:
                ledger.lost(item.lease)
                lost.insert(item.lease)
            case .other: throw failure.error("\(purpose) queue \(calls.name)")
            }
        }
        let changed = items.indices.filter { failures[$0] == nil }
        for number in changed {
            ledger.extended(items[number].lease, until: asked + .seconds(items[number].seconds))
        }
        return (lost, changed.map { items[$0].lease }, tooLong)
    }
}

/// What a refused entry says of its lease (SQS API Reference, ChangeMessageVisibility and DeleteMessage, "Errors").
private enum LeaseFault {
    /// The receipt does not hold any more, or never did.
    case lost
    /// The message would be hidden for more than 12 hours after its receive.
    case beyondLimit
    case other

    init(_ failure: BatchFailure) {
        switch failure.code.afterLastDot {
        case "ReceiptHandleIsInvalid", "MessageNotInflight": self = .lost
        case "InvalidParameterValue":
            // One code for all: the parameter at fault is named in the text.
            if failure.message.contains("VisibilityTimeout") {
                self = .beyondLimit
            } else if failure.message.contains("ReceiptHandle")
                || failure.message.lowercased().contains("receipt handle")
                || failure.message.contains("expired")
            {
                self = .lost
            } else {
                self = .other
            }
        default: self = .other
        }
    }
}
