import Stores
import Threading

/// A call for messages that is under way. It outlives whoever waits for it: SQS may have leased messages to it that
/// nobody would ever hear of if the connection were cut.
final class Poll: Sendable {
    typealias Outcome = Result<[SQSMessage], StoreError>

    private struct State {
        var outcome: Outcome?
        var waiter: (number: Int, continuation: CheckedContinuation<Outcome?, Never>)?
        var waits = 0
        var isAbandoned = false
    }

    let limit: Int
    let visibility: Int
    private let state = Locked(State())
    private let task = Locked<Task<Void, Never>?>(nil)

    /// - Parameters:
    ///   - limit: the most messages that it may bring.
    ///   - visibility: seconds for which they are hidden.
    ///   - unclaimed: takes what comes when nobody waits any more.
    init(
        limit: Int, visibility: Int, call: @escaping @Sendable () async -> Outcome,
        unclaimed: @escaping @Sendable (Poll, [SQSMessage]) async -> Void
    ) {
        self.limit = limit
        self.visibility = visibility
        task.withLock { task in
            task = Task {
                let outcome = await call()
                if let messages = self.deliver(outcome) { await unclaimed(self, messages) }
            }
        }
    }

    /// What it brought; only the first to ask gets it. Nil when the task is cancelled or `limit` has passed; the call goes on then.
    func outcome(atMost limit: (time: any TimeSource, duration: Duration)? = nil) async -> Outcome? {
        let number = state.withLock { state in
            state.waits += 1
            return state.waits
        }
        let timer = limit.map { limit in
            Task {
                try? await limit.time.sleep(for: limit.duration)
                self.giveUp(number)
            }
        }
        defer { timer?.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let outcome: Outcome?? = state.withLock { state in
                    if let outcome = state.outcome.take() { return .some(.some(outcome)) }
                    if Task.isCancelled || state.waits != number { return .some(nil) }
                    state.waiter = (number, continuation)
                    return nil
                }
                if let outcome { continuation.resume(returning: outcome) }
            }
        } onCancel: {
            giveUp(number)
        }
    }

    /// Nobody waits any more. Nil when it goes on; what it brought when it is over already.
    func abandon() -> [SQSMessage]? {
        state.withLock { state in
            guard let outcome = state.outcome.take() else {
                state.isAbandoned = true
                return nil
            }
            state.outcome = .success([])
            return (try? outcome.get()) ?? []
        }
    }

    /// Somebody waits again. False when it is over.
    func adopt() -> Bool {
        state.withLock { state in
            guard state.isAbandoned else { return false }
            state.isAbandoned = false
            return true
        }
    }

    /// Cuts the connection.
    func cancel() { task.withLock { $0 }?.cancel() }

    /// Messages that nobody claims.
    private func deliver(_ outcome: Outcome) -> [SQSMessage]? {
        let (continuation, unclaimed): (CheckedContinuation<Outcome?, Never>?, [SQSMessage]?) = state.withLock {
            state in
            if let waiter = state.waiter.take() { return (waiter.continuation, nil) }
            if state.isAbandoned {
                // Whoever adopts it from now on learns that it is over.
                state.isAbandoned = false
                state.outcome = .success([])
                return (nil, (try? outcome.get()) ?? [])
            }
            state.outcome = outcome
            return (nil, nil)
        }
        continuation?.resume(returning: outcome)
        return unclaimed
    }

    private func giveUp(_ number: Int) {
        let waiter: CheckedContinuation<Outcome?, Never>? = state.withLock { state in
            guard state.waiter?.number == number else {
                // Came before the wait itself: makes it end at once.
                if state.waits == number { state.waits += 1 }
                return nil
            }
            return state.waiter.take()?.continuation
        }
        waiter?.resume(returning: nil)
    }
}

/// The polls that nobody waits for, until they end or a later receive wants one.
final class PollDesk: Sendable {
    private let abandoned = Locked<[Poll]>([])

    func leave(_ poll: Poll) { abandoned.withLock { $0.append(poll) } }

    func remove(_ poll: Poll) { abandoned.withLock { $0.removeAll { $0 === poll } } }

    /// One that brings at most `limit` messages, hidden for as long as wanted.
    func take(limit: Int, visibility: Int) -> Poll? {
        abandoned.withLock { polls in
            while let index = polls.firstIndex(where: { $0.limit <= limit && $0.visibility == visibility }) {
                let poll = polls.remove(at: index)
                if poll.adopt() { return poll }
            }
            return nil
        }
    }

    func takeAny() -> Poll? {
        abandoned.withLock { polls in
            while let poll = polls.popLast() {
                if poll.adopt() { return poll }
            }
            return nil
        }
    }

    var count: Int { abandoned.withLock { $0.count } }
}
