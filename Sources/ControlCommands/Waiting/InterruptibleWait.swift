import FOQUSModel

/// Waits for a session while the user may change their mind.
struct InterruptibleWait: Sendable {
    enum End: Sendable {
        case finished(SessionSummary)
        /// The user gave up waiting; the session goes on.
        case left
        /// The user killed the session.
        case killed
    }

    /// What Ctrl-C does.
    enum OnInterrupt: Sendable {
        case leave
        /// The first one asks, the second one kills.
        case kill
    }

    let context: CommandContext
    let display: ProgressDisplay
    let session: SessionID

    /// - Parameter observe: sees each summary.
    func run(
        timeout: Duration?, onInterrupt: OnInterrupt,
        observe: @escaping @Sendable (SessionSummary) async throws(ControlError) -> Void
    ) async throws(ControlError) -> End {
        try await context.interrupts.listening { interrupts throws(ControlError) in
            let outcome = await withTaskGroup(of: Result<End, ControlError>.self) { group in
                group.addTask { await result { () throws(ControlError) in try await poll(timeout, observe) } }
                group.addTask { await result { () throws(ControlError) in try await obey(interrupts, onInterrupt) } }
                defer { group.cancelAll() }
                return await group.next() ?? .success(.left)
            }
            display.clear()
            return try outcome.get()
        }
    }

    private func poll(
        _ timeout: Duration?, _ observe: (SessionSummary) async throws(ControlError) -> Void
    ) async throws(ControlError) -> End {
        let summary = try await SessionWaiter(gateway: context.gateway, time: context.time).wait(
            for: session, timeout: timeout,
            observe: { summary throws(ControlError) in
                display.show(summary)
                try await observe(summary)
            },
            lost: { display.say("foqusctl: \($0) Trying again for a minute.") })
        return .finished(summary)
    }

    private func obey(
        _ interrupts: AsyncStream<Interrupt>, _ onInterrupt: OnInterrupt
    ) async throws(ControlError) -> End {
        var hasAsked = false
        for await interrupt in interrupts {
            if interrupt == .leave || onInterrupt == .leave { return .left }
            if hasAsked {
                try await context.gateway.kill(session)
                return .killed
            }
            hasAsked = true
            display.say("Ctrl-C again kills the session, Ctrl-\\ leaves it running; else foqusctl goes on waiting.")
        }
        // The stream ends when the waiting is over.
        return .left
    }

    private func result<Value>(
        _ body: () async throws(ControlError) -> Value
    ) async -> Result<Value, ControlError> {
        do throws(ControlError) { return .success(try await body()) } catch { return .failure(error) }
    }
}
