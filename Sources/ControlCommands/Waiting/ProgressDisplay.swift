import FOQUSModel
import Stores
import Threading

/// Shows progress on standard error: a bar that is redrawn on a terminal, else a line every few seconds.
final class ProgressDisplay: Sendable {
    /// Between two plain lines.
    static let lineInterval = Duration.seconds(5)

    private struct State {
        var first: (finished: Int, at: Instant)?
        var lastLine: Instant?
        /// What stands on the terminal's current line.
        var drawn = ""
    }

    private let label: String
    private let console: any Console
    private let time: any TimeSource
    private let quiet: Bool
    private let state = Locked(State())

    /// - Parameters:
    ///   - label: what the bar is about.
    ///   - quiet: shows no progress; what is said with `say` is shown nevertheless.
    init(label: String, console: any Console, time: any TimeSource, quiet: Bool) {
        self.label = label
        self.console = console
        self.time = time
        self.quiet = quiet
    }

    /// Something that passes, such as an upload; on a terminal only.
    func transient(_ text: String) {
        guard !quiet, let width = console.messageWidth else { return }
        draw(String(text.prefix(width - 1)))
    }

    func show(_ summary: SessionSummary) {
        guard !quiet else { return }
        let now = time.instant()
        let progress = progress(summary, at: now)
        if let width = console.messageWidth {
            return draw(progress.bar(label: label, width: width - 1))
        }
        let isDue = state.withLock { state in
            // The first line comes after the interval: what is done sooner needs none.
            let last = state.lastLine ?? state.first?.at ?? now
            guard now - last >= Self.lineInterval else { return false }
            state.lastLine = now
            return true
        }
        if isDue { say(progress.line) }
    }

    /// The end: one line instead of the bar.
    func finish(_ summary: SessionSummary) {
        guard !quiet else { return }
        say(progress(summary, at: time.instant()).finalLine)
    }

    /// A line of its own; the bar, if any, comes back with the next progress.
    func say(_ line: String) {
        clear()
        console.say(line)
    }

    func clear() {
        let wasDrawn = state.withLock { state in
            defer { state.drawn = "" }
            return !state.drawn.isEmpty
        }
        if wasDrawn { console.message("\r\u{1B}[K") }
    }

    private func draw(_ text: String) {
        let isNew = state.withLock { state in
            defer { state.drawn = text }
            return state.drawn != text
        }
        if isNew { console.message("\r\(text)\u{1B}[K") }
    }

    private func progress(_ summary: SessionSummary, at now: Instant) -> Progress {
        let first = state.withLock { state in
            let first = state.first ?? (summary.finished, now)
            state.first = first
            return first
        }
        return Progress(summary: summary, elapsed: now - first.at, finishedBefore: first.finished)
    }
}
