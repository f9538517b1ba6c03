public import AWSClient
import FOQUSModel
import JSONKit
public import Stores
import Threading

/// A job queue on SQS, fed directly or by an SNS subscription, with raw delivery or without.
///
/// Where SQS differs from the protocol's promises:
/// - A release always counts as an attempt: SQS cannot take a receive back, only show the message again.
/// - `statistics` are SQS's approximations.
/// - Order is that of a standard queue: mostly that of sending, never promised.
/// - A lease ends at the latest 12 hours after its receive.
/// - Delays are at most 15 minutes, messages and batches at most 256 KiB.
///
/// Dead letters are those of the queue's own redrive policy, see `SQSDeadLetters`.
public final class SQSQueue: JobQueue {
    /// Of one message and of one batch, in bytes of body and attributes.
    static let sizeLimit = 256 << 10
    private static let delayLimit = Duration.seconds(900)

    let calls: SQSCalls
    let time: any TimeSource
    let batches: BatchOperation
    let ledger: LeaseLedger
    let desk = PollDesk()
    /// Whether the last receive found as much as it asked for: the next one need not wait, and may ask many times at once.
    let isRich = Locked(false)
    let shelf: SQSDeadLetters

    /// - Parameters:
    ///   - url: as in the instance tag `FOQUS-Job-Queue-Url`.
    ///   - service: `sqs` in the queue's region.
    public init(
        url: String, service: AWSService, time: any TimeSource, random: any RandomSource = SystemRandom()
    ) {
        calls = SQSCalls(service: service, url: url)
        self.time = time
        batches = BatchOperation(time: time, random: random)
        ledger = LeaseLedger(time: time)
        shelf = SQSDeadLetters(source: calls, batches: batches)
    }

    // MARK: sending

    public func send(_ messages: [OutgoingMessage]) async throws(StoreError) {
        var entries: [JSONObject] = []
        var sizes: [Int] = []
        for message in messages {
            let (entry, size) = try entry(of: message)
            entries.append(entry)
            sizes.append(size)
        }
        let chunks = BatchOperation.chunks(of: sizes, size: Self.sizeLimit)
        let failures = try await batches.run(chunks, inOrder: true) { [calls, entries] (numbers) throws(StoreError) in
            try await calls.batch("SendMessageBatch", numbers.map { ($0, entries[$0]) }, "send to")
        }
        guard let failure = failures.min(by: { $0.key < $1.key })?.value else { return }
        throw failure.error("send to queue \(calls.name)")
    }

    private func entry(of message: OutgoingMessage) throws(StoreError) -> (JSONObject, size: Int) {
        func refused(_ reason: String) -> StoreError { StoreError(.invalid, "send to queue \(calls.name)", reason) }
        guard let text = String(validating: message.body, as: UTF8.self), SQSText.isSendable(text) else {
            throw refused("the message's body is empty, not UTF-8 or holds control characters, which SQS does not take")
        }
        guard message.delay <= Self.delayLimit else {
            throw refused("the message's delay of \(message.delay) is more than 15 minutes, the most of SQS")
        }
        let attributes = SQSAttributes.encode(message.attributes)
        let size = message.body.count + SQSAttributes.size(attributes)
        guard size <= Self.sizeLimit else {
            throw refused("the message has \(size) bytes, more than the \(Self.sizeLimit) of SQS")
        }
        var entry: JSONObject = ["MessageBody": .string(text)]
        if !attributes.isEmpty { entry["MessageAttributes"] = .object(attributes) }
        if message.delay > .zero { entry["DelaySeconds"] = .int(Int64(message.delay.wholeSecondsUp)) }
        return (entry, size)
    }

    // MARK: statistics

    /// Approximate, as SQS has them.
    public func statistics() async throws(StoreError) -> QueueStatistics {
        let names = [
            "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed",
            "ApproximateNumberOfMessagesNotVisible",
        ]
        let counts = try await calls.attributes(names).compactMapValues { Int($0) }
        return QueueStatistics(
            available: counts[names[0]] ?? 0, delayed: counts[names[1]] ?? 0, inFlight: counts[names[2]] ?? 0,
            dead: try await shelf.count())
    }
}

extension SQSCalls {
    /// A batch operation: entries are named by their numbers.
    func batch(
        _ operation: String, _ entries: [(number: Int, members: JSONObject)], _ purpose: String
    ) async throws(StoreError) -> (done: Set<Int>, failed: [Int: BatchFailure]) {
        let list = entries.map { number, members in
            var entry = members
            entry["Id"] = .string(String(number))
            return JSON.object(entry)
        }
        let answer = try await call(operation, ["Entries": .array(list)], purpose)
        var done: Set<Int> = []
        for entry in answer["Successful"]?.arrayValue ?? [] {
            if let number = entry["Id"]?.stringValue.flatMap({ Int($0) }) { done.insert(number) }
        }
        var failed: [Int: BatchFailure] = [:]
        for entry in answer["Failed"]?.arrayValue ?? [] {
            guard let number = entry["Id"]?.stringValue.flatMap({ Int($0) }) else { continue }
            failed[number] = BatchFailure(
                code: entry["Code"]?.stringValue ?? "", message: entry["Message"]?.stringValue ?? "",
                isSendersFault: entry["SenderFault"]?.boolValue ?? false)
        }
        return (done, failed)
    }
}

extension BatchFailure {
    /// The failure as that of the whole operation.
    func error(_ operation: String, service: String = "sqs") -> StoreError {
        StoreError(
            AWSError(
                .service, service: service, code: code.afterLastDot, message: message, status: isTransient ? 500 : 400),
            operation)
    }
}

extension Duration {
    /// In whole seconds, rounded up, never negative.
    var wholeSecondsUp: Int {
        let (seconds, attoseconds) = components
        return max(0, Int(clamping: seconds) + (attoseconds > 0 ? 1 : 0))
    }
}
