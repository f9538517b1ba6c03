import FOQUSModel
public import Stores
import Threading

extension SQSQueue {
    /// The most messages of one call.
    static let callLimit = 10
    /// The longest that one call waits, in seconds.
    static let waitLimit = 20
    /// Calls at once on a queue that has much.
    private static let richWidth = 4
    /// How long a call that an earlier receive left may take to bring what a receive without wait has not found.
    private static let handOver = Duration.seconds(1)

    /// One call waits up to 20 s, so an idle worker makes three calls a minute; a longer wait repeats it. Further calls
    /// follow, without waiting, when the first one came back full and more than ten messages are wanted; the next
    /// receive begins with such calls, several at once.
    ///
    /// A cancelled receive returns at once. Its call stays under way: a later receive takes over what it brings, and
    /// without one it is given back.
    public func receive(
        limit: Int, visibility: Duration, wait: Duration
    ) async throws(StoreError) -> [ReceivedMessage] {
        guard limit > 0, !Task.isCancelled else { return [] }
        let deadline = time.instant() + wait
        let seconds = min(visibility.wholeSecondsUp, Int(LeaseLedger.limit.components.seconds))
        var asked = wait
        while true {
            let left = desk.takeMessages(limit: limit, visibility: seconds)
            if !left.isEmpty { return left.map(\.received) }
            if isRich.withLock({ $0 }) {
                let messages = await further(limit, visibility: seconds, width: Self.richWidth)
                if !messages.isEmpty { return messages.map(\.received) }
            }
            let call = min(asked.wholeSecondsUp, Self.waitLimit)
            let begun = time.instant()
            guard let messages = try await first(limit, visibility: seconds, wait: call) else { return [] }
            if messages.count >= Self.callLimit {
                isRich.withLock { $0 = true }
                return (messages + (await further(limit - messages.count, visibility: seconds))).map(\.received)
            }
            if !messages.isEmpty { return messages.map(\.received) }
            if wait <= .zero { return await handedOver(limit, visibility: seconds).map(\.received) }
            let now = time.instant()
            asked = deadline - now
            // A server that does not wait must not be asked in a tight loop; a rest of a wait is not worth a call.
            let early = now - begun < .seconds(call) / 2
            let pause = early ? min(.seconds(1), asked) : asked < .milliseconds(500) ? asked : .zero
            if pause > .zero {
                do { try await time.sleep(for: pause) } catch { return [] }
                asked = deadline - time.instant()
            }
            if asked <= .zero || Task.isCancelled { return [] }
        }
    }

    /// Ends the calls that cancelled receives have left. Waits up to `grace` for each to end by itself and gives back
    /// what it brings; what SQS leases to a connection that is cut comes back after its visibility timeout.
    public func close(grace: Duration) async {
        let deadline = time.instant() + grace
        while let poll = desk.takePoll() {
            if let outcome = await poll.outcome(atMost: (time, deadline - time.instant())) {
                await giveBack((try? outcome.get()) ?? [])
            } else {
                poll.cancel()
            }
        }
        await giveBack(desk.clear())
    }

    /// Nil when the task was cancelled.
    private func first(_ limit: Int, visibility: Int, wait: Int) async throws(StoreError) -> [SQSMessage]? {
        let size = min(limit, Self.callLimit)
        let left = wait > 0 ? desk.takePoll(limit: size, visibility: visibility) : nil
        let poll = left ?? startPoll(limit: size, visibility: visibility, wait: wait)
        // What was left began before this wait and may end after it.
        let outcome = await poll.outcome(atMost: left == nil ? nil : (time, .seconds(wait)))
        guard let outcome else {
            abandon(poll)
            return Task.isCancelled ? nil : []
        }
        return try outcome.get()
    }

    /// More of what the first call has found: one call, then two at a time, then four, until one comes back with less
    /// than it asked for. Failures are left to the next receive.
    private func further(_ limit: Int, visibility: Int, width: Int = 1) async -> [SQSMessage] {
        var messages: [SQSMessage] = []
        var width = width
        var isFull = true
        while isFull && messages.count < limit && !Task.isCancelled {
            let rest = limit - messages.count
            let polls = stride(from: 0, to: min(rest, width * Self.callLimit), by: Self.callLimit).map { taken in
                startPoll(limit: min(rest - taken, Self.callLimit), visibility: visibility, wait: 0)
            }
            width *= 2
            for poll in polls {
                guard let outcome = await poll.outcome() else {
                    abandon(poll)
                    isFull = false
                    continue
                }
                let found = (try? outcome.get()) ?? []
                messages += found
                if found.count < poll.limit { isFull = false }
            }
        }
        isRich.withLock { $0 = isFull }
        return messages
    }

    /// What calls of cancelled receives have just brought, or are about to.
    private func handedOver(_ limit: Int, visibility: Int) async -> [SQSMessage] {
        let deadline = time.instant() + Self.handOver
        // Several receives may have been cancelled, and any of their calls may be the one with the messages.
        while let poll = desk.takePoll(limit: limit, visibility: visibility) {
            guard let outcome = await poll.outcome(atMost: (time, deadline - time.instant())) else {
                abandon(poll)
                break
            }
            let messages = (try? outcome.get()) ?? []
            if !messages.isEmpty { return messages }
        }
        return desk.takeMessages(limit: limit, visibility: visibility)
    }

    private func startPoll(limit: Int, visibility: Int, wait: Int) -> Poll {
        Poll(limit: limit, visibility: visibility, desk: desk) { [calls, ledger, time] in
            let asked = time.instant()
            do throws(StoreError) {
                let messages = try await calls.receive(limit: limit, visibility: visibility, wait: wait)
                // SQS begins to count when it answers: the time before that was the wait.
                ledger.received(
                    messages.map(\.lease), asked: messages.isEmpty || wait == 0 ? asked : time.instant(),
                    visibility: .seconds(visibility))
                return .success(messages)
            } catch {
                return .failure(error)
            }
        } unclaimed: { [weak self] poll in
            await self?.giveBackLater(poll)
        }
    }

    private func abandon(_ poll: Poll) {
        // A call that is over does not come to `unclaimed` any more.
        if desk.leave(poll) { Task { await giveBackLater(poll) } }
    }

    /// Leaves the next receive a moment to take what the call brought: giving back counts as an attempt.
    private func giveBackLater(_ poll: Poll) async {
        try? await time.sleep(for: Self.handOver)
        await giveBack(desk.clear(of: poll))
    }

    /// Best effort: what cannot be given back shows again after its visibility timeout.
    private func giveBack(_ messages: [SQSMessage]) async {
        guard !messages.isEmpty else { return }
        let leases = messages.map(\.lease)
        await Task { _ = try? await release(leases, delay: .zero, countsAsAttempt: false) }.value
    }
}
