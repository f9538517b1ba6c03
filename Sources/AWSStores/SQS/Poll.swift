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

    /// The most messages that it brings.
    let limit: Int
    /// Seconds for which they are hidden.
    let visibility: Int
    private let desk: PollDesk
    private let state = Locked(State())
    private let task = Locked<Task<Void, Never>?>(nil)

    /// - Parameters:
    ///   - desk: gets what comes when nobody waits any more.
    ///   - unclaimed: called when something was left there.
    init(
        limit: Int, visibility: Int, desk: PollDesk, call: @escaping @Sendable () async -> Outcome,
        unclaimed: @escaping @Sendable (Poll) async -> Void
    ) {
        self.limit = limit
        self.visibility = visibility
        self.desk = desk
        task.withLock { task in
            task = Task { if self.deliver(await call()) { await unclaimed(self) } }
        }
    }

    /// What it brought; only the first to ask gets it. Nil when the task is cancelled or the time is over; the call
    /// goes on then.
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

    /// Nobody waits any more: what it brings, or has brought since, goes to the desk. True when it is over.
    func abandon() -> Bool {
        state.withLock { state in
            guard let outcome = state.outcome else {
                state.isAbandoned = true
                return false
            }
            settle(outcome, &state)
            return true
        }
    }

    /// Somebody waits again. False when it is over; what it brought lies on the desk.
    func adopt() -> Bool {
        state.withLock { state in
            guard state.isAbandoned else { return false }
            state.isAbandoned = false
            return true
        }
    }

    /// Cuts the connection.
    func cancel() { task.withLock { $0 }?.cancel() }

    /// True when nobody waits.
    private func deliver(_ outcome: Outcome) -> Bool {
        let (waiter, isAbandoned) = state.withLock { state -> (CheckedContinuation<Outcome?, Never>?, Bool) in
            if let waiter = state.waiter.take() { return (waiter.continuation, false) }
            guard state.isAbandoned else {
                state.outcome = outcome
                return (nil, false)
            }
            state.isAbandoned = false
            settle(outcome, &state)
            return (nil, true)
        }
        waiter?.resume(returning: outcome)
        return isAbandoned
    }

    /// Lays the messages on the desk before anybody can learn that the call is over.
    private func settle(_ outcome: Outcome, _ state: inout State) {
        state.outcome = .success([])
        desk.lay((try? outcome.get()) ?? [], of: self)
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

/// The calls that nobody waits for, and what they brought, until a later receive takes it or it is given back.
final class PollDesk: Sendable {
    private struct State {
        var polls: [Poll] = []
        var messages: [(poll: Poll, messages: [SQSMessage])] = []
    }

    private let state = Locked(State())

    /// The call goes on by itself. True when it turns out to be over.
    func leave(_ poll: Poll) -> Bool {
        state.withLock { $0.polls.append(poll) }
        return poll.abandon()
    }

    /// What a call brought that is over.
    func lay(_ messages: [SQSMessage], of poll: Poll) {
        state.withLock { state in
            state.polls.removeAll { $0 === poll }
            if !messages.isEmpty { state.messages.append((poll, messages)) }
        }
    }

    /// A call that brings at most `limit` messages, hidden for as long as wanted.
    func takePoll(limit: Int = .max, visibility: Int? = nil) -> Poll? {
        while true {
            let poll: Poll? = state.withLock { state in
                let index = state.polls.firstIndex {
                    $0.limit <= limit && $0.visibility == visibility ?? $0.visibility
                }
                return index.map { state.polls.remove(at: $0) }
            }
            guard let poll else { return nil }
            if poll.adopt() { return poll }
        }
    }

    /// Messages that lie here, hidden for as long as wanted since a moment ago.
    func takeMessages(limit: Int, visibility: Int) -> [SQSMessage] {
        state.withLock { state in
            var taken: [SQSMessage] = []
            for index in state.messages.indices where state.messages[index].poll.visibility == visibility {
                let part = state.messages[index].messages.prefix(limit - taken.count)
                state.messages[index].messages.removeFirst(part.count)
                taken += part
            }
            state.messages.removeAll { $0.messages.isEmpty }
            return taken
        }
    }

    /// Messages that still lie here, of one call or of all.
    func clear(of poll: Poll? = nil) -> [SQSMessage] {
        state.withLock { state in
            let found = state.messages.filter { poll == nil || $0.poll === poll }.flatMap(\.messages)
            state.messages.removeAll { poll == nil || $0.poll === poll }
            return found
        }
    }
}
