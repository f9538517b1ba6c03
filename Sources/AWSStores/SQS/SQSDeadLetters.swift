import FOQUSModel
import JSONKit
public import Stores
import Threading

/// The queue that the job queue's redrive policy names. Without a policy there are no dead letters.
///
/// SQS can only look at messages by leasing them: they are hidden for a moment and shown again at once, so two lookers at
/// the same time may each see a part. Nothing is written on a letter: which ones are reported is remembered by this
/// process alone, a later one reports them again, which the job table takes for a repetition. A reported letter is
/// kept, so that people can look at it and redrive it with the tools of AWS, until the dead-letter queue's retention
/// ends.
final class SQSDeadLetters: Sendable {
    /// How long a letter is hidden while it is looked at, in seconds.
    private static let look = 60
    /// The most letters that are looked at, reported ones included.
    private static let lookLimit = 10_000

    private struct Policy {
        let calls: SQSCalls
        let maxReceives: Int
    }

    private struct State {
        var reported: Set<String> = []
        var policy: Policy?
    }

    private let source: SQSCalls
    private let batches: BatchOperation
    private let state = Locked(State())
    private let turn = Turnstile()

    init(source: SQSCalls, batches: BatchOperation) {
        self.source = source
        self.batches = batches
    }

    func count() async throws(StoreError) -> Int {
        guard let policy = try await policy() else { return 0 }
        let names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        return try await policy.calls.attributes(names).values.compactMap { Int($0) }.reduce(0, +)
    }

    func letters(limit: Int, isReported: Bool?) async throws(StoreError) -> [DeadLetter] {
        guard limit > 0, let policy = try await policy() else { return [] }
        let reported = state.withLock { $0.reported }
        await turn.enter()
        defer { turn.leave() }
        let messages = try await take(policy) { found in
            found.count { isReported != false || !reported.contains($0.id) } < limit
        }
        await show(messages, policy)
        return messages.filter { isReported != false || !reported.contains($0.id) }
            .sorted { ($0.sent, $0.id) < ($1.sent, $1.id) }
            .prefix(limit)
            .map { message in
                DeadLetter(
                    // Looking counts as receiving, so the message's own count says nothing: the policy does.
                    id: message.id, body: message.body, attributes: message.attributes,
                    receiveCount: policy.maxReceives,
                    // SQS does not say when it moved the message.
                    died: message.sent)
            }
    }

    func markReported(_ ids: [String]) { state.withLock { $0.reported.formUnion(ids) } }

    /// - Parameter send: puts messages on the job queue.
    func redrive(
        _ ids: Set<String>, send: ([OutgoingMessage]) async throws(StoreError) -> Void
    ) async throws(StoreError) -> Int {
        guard !ids.isEmpty, let policy = try await policy() else { return 0 }
        await turn.enter()
        defer { turn.leave() }
        let messages = try await take(policy) { found in found.count { ids.contains($0.id) } < ids.count }
        let wanted = messages.filter { ids.contains($0.id) }
        let others = messages.filter { !ids.contains($0.id) }
        do throws(StoreError) {
            // Sent before they are removed: a crash between the two makes a second message, which the job table stops.
            try await send(wanted.map { OutgoingMessage(body: $0.body, attributes: $0.attributes) })
            try await remove(wanted, policy)
        } catch {
            await show(messages, policy)
            throw error
        }
        await show(others, policy)
        state.withLock { $0.reported.subtract(ids) }
        return wanted.count
    }

    // MARK: the dead-letter queue

    /// Leases letters until the queue is empty or `wantsMore` is content.
    private func take(
        _ policy: Policy, while wantsMore: ([SQSMessage]) -> Bool
    ) async throws(StoreError) -> [SQSMessage] {
        var found: [SQSMessage] = []
        do throws(StoreError) {
            while wantsMore(found) && found.count < Self.lookLimit {
                // With a wait, however short, SQS asks all of its servers (Developer Guide, "short and long polling").
                let messages = try await policy.calls.receive(limit: 10, visibility: Self.look, wait: 1)
                let known = Set(found.map(\.id))
                let new = messages.filter { !known.contains($0.id) }
                if new.isEmpty { break }
                found += new
            }
        } catch {
            await show(found, policy)
            throw error
        }
        return found
    }

    /// Best effort: what cannot be shown again now is after a minute.
    private func show(_ messages: [SQSMessage], _ policy: Policy) async {
        let chunks = BatchOperation.chunks(of: messages.map { _ in 1 })
        _ = try? await batches.run(chunks) { (numbers) throws(StoreError) in
            try await policy.calls.batch(
                "ChangeMessageVisibilityBatch",
                numbers.map {
                    ($0, ["ReceiptHandle": .string(messages[$0].receipt), "VisibilityTimeout": 0])
                }, "show the messages of")
        }
    }

    private func remove(_ messages: [SQSMessage], _ policy: Policy) async throws(StoreError) {
        let chunks = BatchOperation.chunks(of: messages.map { _ in 1 })
        let failures = try await batches.run(chunks) { (numbers) throws(StoreError) in
            try await policy.calls.batch(
                "DeleteMessageBatch", numbers.map { ($0, ["ReceiptHandle": .string(messages[$0].receipt)]) },
                "delete messages of")
        }
        if let failure = failures.values.first { throw failure.error("delete messages of queue \(policy.calls.name)") }
    }

    /// Read once; a queue that has no policy yet is asked again.
    private func policy() async throws(StoreError) -> Policy? {
        if let known = state.withLock({ $0.policy }) { return known }
        guard let text = try await source.attributes(["RedrivePolicy"])["RedrivePolicy"],
            let json = try? JSON.parse(Array(text.utf8)), let arn = json["deadLetterTargetArn"]?.stringValue
        else { return nil }
        // arn:aws:sqs:REGION:ACCOUNT:NAME
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6 else {
            throw StoreError(
                .corrupt, "read the redrive policy of queue \(source.name)", "\"\(arn)\" is not the ARN of a queue")
        }
        let url = try await source.findQueue(named: parts[5], account: parts[4])
        let count = json["maxReceiveCount"]
        let policy = Policy(
            calls: SQSCalls(service: source.service, url: url),
            // Written as a number or, by some tools, as a text.
            maxReceives: count?.intValue ?? count?.stringValue.flatMap { Int($0) } ?? 1)
        state.withLock { $0.policy = policy }
        return policy
    }
}

extension SQSQueue: DeadLetterQueue {
    public func unreported(limit: Int) async throws(StoreError) -> [DeadLetter] {
        try await shelf.letters(limit: limit, isReported: false)
    }

    public func markReported(_ ids: [String]) async throws(StoreError) { shelf.markReported(ids) }

    public func deadLetters(limit: Int) async throws(StoreError) -> [DeadLetter] {
        try await shelf.letters(limit: limit, isReported: nil)
    }

    public func redrive(_ ids: [String]) async throws(StoreError) -> Int {
        try await shelf.redrive(Set(ids)) { (messages) throws(StoreError) in try await send(messages) }
    }
}

/// Lets one task at a time through, in the order they came.
final class Turnstile: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Locked(State())

    func enter() async {
        await withCheckedContinuation { continuation in
            let mayGo = state.withLock { state in
                if state.isTaken {
                    state.waiting.append(continuation)
                    return false
                }
                state.isTaken = true
                return true
            }
            if mayGo { continuation.resume() }
        }
    }

    func leave() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            if state.waiting.isEmpty {
                state.isTaken = false
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
