import FOQUSModel
import JSONKit
import Threading

/// `foqusctl session …`.
struct SessionCommands: Sendable {
    let context: CommandContext
    private var gateway: any GatewayService { context.gateway }

    init(_ context: CommandContext) { self.context = context }

    func create() async throws(ControlError) {
        let session = try await gateway.createSession()
        try context.answer(["Session": .string(session.description)], text: "\(session)\n")
    }

    func list() async throws(ControlError) {
        let sessions = try await gateway.sessions()
        try context.answer(
            .array(sessions.map { .string($0.description) }), text: sessions.map { "\($0)\n" }.joined())
    }

    func append(_ input: InputOptions, template: JobTemplate, to session: SessionID) async throws(ControlError) {
        let jobs = try await input.jobs(template, context)
        let display = context.display()
        let ids = try await JobSender(gateway: gateway, display: display).append(jobs, to: session)
        try context.answer(
            ["Session": .string(session.description), "Jobs": .array(ids.map { .string($0.description) })],
            text: "appended \(ids.count.of("job")) to session \(session)\n")
    }

    func start(_ session: SessionID) async throws(ControlError) {
        let count = try await gateway.start(session)
        try context.answer(
            ["Session": .string(session.description), "Started": .int(Int64(count))],
            text: "started \(count.of("job")) of session \(session)\n")
    }

    func stop(_ session: SessionID) async throws(ControlError) {
        try await gateway.stop(session)
        try await tell(session, "stopped")
    }

    func kill(_ session: SessionID) async throws(ControlError) {
        try await gateway.kill(session)
        try await tell(session, "killed")
    }

    func status(_ session: SessionID) async throws(ControlError) { try await tell(session, nil) }

    /// Where the session's jobs stand, after what was `done` to it.
    private func tell(_ session: SessionID, _ done: String?) async throws(ControlError) {
        let summary = try await gateway.summary(of: session)
        let head = "session \(session)" + (done.map { " is \($0) and has" } ?? " has")
        let states = summary.total == 0 ? "" : ": \(summary.stateText)"
        try context.answer(
            .object(summary.json(of: session)), text: "\(head) \(summary.total.of("job"))\(states)\n")
    }

    /// Waits until nothing of the session moves; fails when a job did not succeed.
    func wait(for session: SessionID, timeout: Duration?) async throws(ControlError) {
        let display = context.display()
        let end = try await InterruptibleWait(context: context, display: display, session: session)
            .run(timeout: timeout, onInterrupt: .leave) { _ in }
        guard case .finished(let summary) = end else {
            throw ControlError(.interrupted, "no longer waiting; session \(session) goes on.")
        }
        display.finish(summary)
        try context.answer(
            .object(summary.json(of: session)), text: "session \(session) \(summary.restText)\n")
        try summary.requireSuccess()
    }

    /// The results so far as a table, and to a file.
    func results(of session: SessionID, to file: ResultFile?, rows: Int?) async throws(ControlError) {
        let order = try await gateway.jobs(of: session)
        let collector = ResultCollector(gateway: gateway, session: session, order: order)
        try await collector.collect()
        let results = await collector.results
        if let file {
            try await context.files.run { () throws(ControlError) in try file.write(results, of: session) }
            if !context.json {
                context.console.say("wrote \(results.summary.total.of("result")) to \(file.path)")
                return
            }
        }
        if context.json { return try context.console.write(results.jsonText()) }
        if results.isEmpty {
            let summary = try await gateway.summary(of: session)
            context.console.say("session \(session) has no results yet: \(summary.stateText)")
        }
        try context.console.write(ResultTable(width: context.console.outputWidth, rowLimit: rows).text(results))
    }
}

extension SessionSummary {
    /// `is finished`, or what is left to do.
    var restText: String {
        if total == 0 { return "has no jobs" }
        return unstarted == 0 ? "is finished" : "rests with \(unstarted.of("job")) not started"
    }
}
