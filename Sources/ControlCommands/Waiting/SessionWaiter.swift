import FOQUSModel
import Stores

/// Polls a session until nothing of it moves any more.
struct SessionWaiter: Sendable {
    let gateway: any GatewayService
    let time: any TimeSource
    /// For how long a gateway that does not answer is asked again: long enough to restart it.
    var patience = Duration.seconds(60)

    /// Waits until each job is finished, or rests unstarted or stopped, and returns where they stand.
    ///
    /// - Parameters:
    ///   - timeout: throws `timeout` after it.
    ///   - observe: sees each summary, the last one too.
    ///   - lost: called once each time the gateway stops answering.
    func wait(
        for session: SessionID, timeout: Duration?,
        observe: (SessionSummary) async throws(ControlError) -> Void, lost: (ControlError) -> Void
    ) async throws(ControlError) -> SessionSummary {
        let start = time.instant()
        var interval = PollInterval()
        var last: SessionSummary?
        var lostSince: Instant?
        while true {
            var changed = false
            do throws(ControlError) {
                let summary = try await gateway.summary(of: session)
                lostSince = nil
                changed = summary != last
                last = summary
                try await observe(summary)
                if summary.isAtRest { return summary }
            } catch  where error.code == .unreachable {
                let now = time.instant()
                if lostSince == nil { lost(error) }
                let since = lostSince ?? now
                lostSince = since
                if now - since >= patience { throw error }
            }
            if let timeout, time.instant() - start >= timeout {
                throw ControlError(
                    .timeout, "session \(session) is not finished after \(timeout.clockText); it goes on running.")
            }
            do {
                try await time.sleep(for: interval.next(changed: changed))
            } catch {
                throw ControlError(.interrupted, "")
            }
        }
    }
}

extension SessionSummary {
    /// Nothing waits on the queue or runs: what is not finished waits for a start.
    var isAtRest: Bool { waiting + underWay == 0 }

    private func count(_ states: JobState...) -> Int { states.reduce(0) { $0 + counts[$1, default: 0] } }

    var waiting: Int { count(.submit) }
    var underWay: Int { count(.setup, .running) }
    var succeeded: Int { count(.success) }
    var killed: Int { count(.terminate) }
    var failed: Int { count(.error, .expired, .invalid) }
    /// Not on the queue: never started, or stopped.
    var unstarted: Int { count(.create, .stop) }

    /// `997 success, 3 error`; the states in the order of a job's life.
    var stateText: String {
        let states = JobState.allCases.filter { counts[$0, default: 0] > 0 }
        return states.isEmpty
            ? "none" : states.map { "\(counts[$0, default: 0]) \($0.rawValue)" }.joined(separator: ", ")
    }
}

extension Int {
    /// `1 job`, `2 jobs`.
    func of(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}

extension Duration {
    /// `0:09`, `12:30`, `1:02:03`.
    var clockText: String {
        let seconds = components.seconds
        let pair = { (value: Int64) in value < 10 ? "0\(value)" : "\(value)" }
        let minutes = seconds / 60 % 60
        return seconds < 3600
            ? "\(minutes):\(pair(seconds % 60))" : "\(seconds / 3600):\(pair(minutes)):\(pair(seconds % 60))"
    }
}
