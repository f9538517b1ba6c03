import EventLoop
import JSONKit
import ProcessKit

/// One warm process that speaks the protocol of runners (docs/executors.md) and has loaded a simulation.
///
/// One task at a time talks with it (Runner+Conversation.swift). All of it happens on the event loop, where its pipes
/// are read.
actor Runner {
    /// What comes of waiting for the next event.
    enum Arrival {
        case event(RunnerEvent)
        /// None came in time.
        case nothing
        /// The process is gone, for this reason, and no more events come.
        case ended(String)
    }

    private struct Waiter {
        let continuation: CheckedContinuation<Arrival, Never>
        let timer: TimerID?
    }

    /// Which jobs it may serve.
    nonisolated let key: RunnerKey?
    /// Its folder, to be removed after its end.
    nonisolated let folder: String
    nonisolated let loop: EventLoop
    private let process: RunningProcess
    private var inbox: [RunnerEvent] = []
    private var waiter: Waiter?
    /// Why the process is gone, once it is.
    private var end: String?
    /// Why it is being killed.
    private var verdict: String?
    private var stderr = StderrTail()
    private var lastIncidents: ControlGroup.Incidents?

    /// What it runs models with and in which version, once it is ready.
    var engine = ""
    /// The process that holds the engine, once it is ready.
    var enginePID: Int32 = 0
    /// Given to it so far.
    var jobs = 0
    /// What it is running.
    var current: String?
    /// Works on the answer to a call of the run.
    var service: Task<Void, Never>?

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Whether another job may be given to it.
    var isUsable: Bool { end == nil && verdict == nil }
    /// What its control group came up against so far; nil without one, or when that cannot be known any more.
    func incidents() async -> ControlGroup.Incidents? {
        if end != nil { lastIncidents } else { await process.incidents() }
    }

    var stderrClause: String { stderr.clause }

    /// Takes over a process that was just started, with pipes for stdin, stdout and stderr.
    init(_ process: RunningProcess, key: RunnerKey?, folder: String, loop: EventLoop) {
        self.process = process
        self.key = key
        self.folder = folder
        self.loop = loop
        let errors = Task { await self.readErrors() }
        Task { await self.readEvents(errors) }
    }

    /// Writes a command. When the runner does not take it, that shows as an answer that does not come.
    func send(_ command: RunnerCommand) {
        let input = process.input
        Task { try? await input.write(command.line) }
    }

    /// Lets it read the end of its stdin.
    func closeInput() { process.input.close() }

    /// The next event, the end, or nothing within `limit`; nil waits for ever.
    func arrival(within limit: Duration?) async -> Arrival {
        precondition(waiter == nil, "a runner has one listener")
        if !inbox.isEmpty { return .event(inbox.removeFirst()) }
        if let end { return .ended(end) }
        return await withCheckedContinuation { continuation in
            let timer = limit.map { limit in
                loop.addTimer(after: limit) { self.assumeIsolated { $0.resume(.nothing) } }
            }
            waiter = Waiter(continuation: continuation, timer: timer)
        }
    }

    /// Kills the process with all its descendants and returns when they are gone.
    /// - Parameter reason: what its end is put down to.
    func kill(because reason: String) async {
        if verdict == nil { verdict = reason }
        await process.kill()
    }

    // MARK: its pipes

    private func readEvents(_ errors: Task<Void, Never>) async {
        do {
            while let line = try await process.lines.next() { deliver(try RunnerEvent(line: line)) }
        } catch {
            // Another listener would hang.
            await kill(because: "\(error)")
        }
        // It cannot be told to do anything more, so it has no reason to live on.
        await process.stop(grace: .seconds(1))
        let result = await process.result()
        lastIncidents = result.incidents
        await errors.value
        end = verdict ?? "the runner ended with \(result.status.explained)\(stderr.clause)"
        resume(.ended(end ?? ""))
    }

    private func readErrors() async {
        do {
            while let line = try await process.errorLines.next() { stderr.append(line) }
        } catch {
            await kill(because: "\(error)")
        }
    }

    private func deliver(_ event: RunnerEvent) {
        if waiter == nil { inbox.append(event) } else { resume(.event(event)) }
    }

    private func resume(_ arrival: Arrival) {
        guard let waiter else { return }
        self.waiter = nil
        if let timer = waiter.timer { loop.cancelTimer(timer) }
        waiter.continuation.resume(returning: arrival)
    }
}
