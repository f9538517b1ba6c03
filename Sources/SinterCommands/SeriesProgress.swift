import CommandLineKit
import Sinter
import Stores
import Threading

/// How far a series is: a bar redrawn in place on a terminal, else a line every few seconds. What was wrong with a run is
/// a line of its own.
final class SeriesProgress: Sendable {
    private struct State {
        var done = 0
        var failed = 0
        var lastLine: Instant
    }

    private static let lineInterval = Duration.seconds(5)

    private let label: String
    private let total: Int
    private let environment: SinterEnvironment
    private let quiet: Bool
    private let start: Instant
    private let state: Locked<State>

    init(label: String, total: Int, environment: SinterEnvironment, quiet: Bool) {
        self.label = label
        self.total = total
        self.environment = environment
        self.quiet = quiet
        start = environment.time.instant()
        state = Locked(State(lastLine: start))
        draw(0, failed: 0)
    }

    func ended(_ outcome: RunOutcome) {
        let now = environment.time.instant()
        let hasFailed = !outcome.status.hasOutputs
        let (done, failed, isDue) = state.withLock { state in
            state.done += 1
            if hasFailed { state.failed += 1 }
            let isDue = now - state.lastLine >= Self.lineInterval
            if isDue { state.lastLine = now }
            return (state.done, state.failed, isDue)
        }
        let lines = lines(outcome, number: done, hasFailed: hasFailed)
        if !lines.isEmpty { clear() }
        for line in lines { environment.say(line) }
        if environment.messageWidth != nil {
            draw(done, failed: failed)
        } else if isDue, !quiet {
            environment.say("\(done) of \(total) runs made\(failed > 0 ? " (\(failed) failed)" : "")")
        }
    }

    private func lines(_ outcome: RunOutcome, number: Int, hasFailed: Bool) -> [String] {
        let warnings = (outcome.run?.warnings ?? []).map { "run \(number): \($0)" }
        if hasFailed, outcome.messages.isEmpty {
            return warnings + ["run \(number) failed with status \(outcome.status.rawValue)"]
        }
        return warnings + outcome.messages.map { "run \(number)\(hasFailed ? " failed" : ""): \($0)" }
    }

    /// One line instead of the bar.
    func finish() {
        clear()
        guard !quiet else { return }
        let (done, failed) = state.withLock { ($0.done, $0.failed) }
        let elapsed = environment.time.instant() - start
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        let tenths = (seconds * 10).rounded() / 10
        environment.say("\(done) \(done == 1 ? "run" : "runs") in \(tenths) s, \(failed) failed")
    }

    private func draw(_ done: Int, failed: Int) {
        guard !quiet, let width = environment.messageWidth else { return }
        let tail = failed > 0 ? "  \(failed) failed" : ""
        let bar = ProgressBar(label: label, completed: done, total: total).line(width: width - 1 - tail.count)
        try? environment.errors.write("\r\(bar)\(tail)\u{1B}[K")
    }

    private func clear() {
        guard !quiet, environment.messageWidth != nil else { return }
        try? environment.errors.write("\r\u{1B}[K")
    }
}
