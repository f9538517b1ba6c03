import EventLoop
import JournalEvents
import Logging
import Stores
import SystemdKit
import WorkerEngine

/// What the worker tells the service manager that started it: ready, status, that it lives, that it stops.
struct Supervision: Sendable {
    let supervisor: Supervisor
    let engine: WorkerEngine
    let loop: EventLoop
    /// Messages on the queue; nil where asking costs money or nobody knows.
    let queueDepth: (@Sendable () async -> Int?)?
    let logger: Logger

    /// How long the manager waits for the next word of a drain.
    private static let drainWord = Duration.seconds(30)
    /// What follows the running jobs: their last results.
    private static let afterDrain = Duration.seconds(60)

    func ready() async {
        let text = Self.text(await engine.status, queued: await queueDepth?())
        tell { () throws(SystemdError) in try supervisor.ready(status: text) }
    }

    /// Asks for time as long as the drain may take, by the settings: the unit's TimeoutStopSec need not follow them.
    func stopping(drainTimeout: Duration) async {
        tell { () throws(SystemdError) in
            try supervisor.stopping(status: "draining")
            try supervisor.extendTimeout(by: Self.drainWord)
        }
        guard supervisor.socketPath != nil else { return }
        let end = SystemTime().instant() + drainTimeout + Self.afterDrain
        while SystemTime().instant() < end {
            do { try await SystemTime().sleep(for: Self.drainWord / 3) } catch { return }
            tell { () throws(SystemdError) in try supervisor.extendTimeout(by: Self.drainWord) }
        }
    }

    /// Keeps the status line up to date, when there is a manager and something changed.
    func keepStatus(_ protect: (@Sendable (Bool) async -> Void)?) async {
        guard supervisor.socketPath != nil || protect != nil else { return }
        var last = ""
        var depth: Int?
        var round = 0
        while !Task.isCancelled {
            let status = await engine.status
            await protect?(status.running + status.fetched + status.outbox > 0)
            // Counting the queue costs the store a little: rarely is enough.
            if supervisor.socketPath != nil, round % 3 == 0 { depth = await queueDepth?() }
            round += 1
            let text = Self.text(status, queued: depth)
            if text != last {
                tell { () throws(SystemdError) in try supervisor.status(text) }
                last = text
            }
            try? await SystemTime().sleep(for: .seconds(5))
        }
    }

    /// `2/4 slots busy, 17 queued, outbox 0`.
    static func text(_ status: WorkerStatus, queued: Int?) -> String {
        let slots = "\(status.running)/\(status.slots) slots busy"
        if status.isDraining { return "draining: \(slots), outbox \(status.outbox)" }
        let waiting = queued.map { ", \($0) queued" } ?? ""
        return "\(slots)\(waiting), outbox \(status.outbox)"
    }

    /// Feeds the manager's watchdog, as long as the worker is proven to be at work: its event loop turns, its actors
    /// answer, and all of its parts come back when they said they would.
    func feedWatchdog() async {
        let reports = RepeatFilter()
        await supervisor.feedWatchdog {
            await loop.turn()
            await engine.answer()
            let overdue = engine.progress.overdue()
            let parts = overdue.map { "\($0.part.rawValue)" }.joined(separator: ", ")
            if reports.change(of: "hang", to: parts.isEmpty ? nil : parts) != nil, !parts.isEmpty {
                logger.error(
                    "the worker hangs: the watchdog is not fed any more", ["overdue": parts],
                    event: JournalEvent.workerHangs)
            }
            return parts.isEmpty
        } failed: { error in
            logger.warning("the supervisor cannot be told", ["reason": error])
        }
    }

    /// A manager that cannot be told is no reason to stop.
    func tell(_ body: () throws(SystemdError) -> Void) {
        do throws(SystemdError) { try body() } catch {
            logger.warning("the supervisor cannot be told", ["reason": error])
        }
    }
}
