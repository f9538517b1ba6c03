import CommandLineKit
import FOQUSModel

/// How far a session is, and how fast, in one line.
struct Progress: Sendable, Hashable {
    let summary: SessionSummary
    /// Since the waiting began.
    let elapsed: Duration
    /// Jobs that had finished when the waiting began.
    let finishedBefore: Int

    /// Finished jobs a second on average; nil while it cannot be told.
    var rate: Double? {
        let seconds = elapsed.inSeconds
        let count = summary.finished - finishedBefore
        return seconds >= 0.5 && count > 0 ? Double(count) / seconds : nil
    }

    /// Until all that is on the queue is done, at this rate.
    var remaining: Duration? {
        guard let rate, summary.waiting + summary.underWay > 0 else { return nil }
        return .seconds(Double(summary.waiting + summary.underWay) / rate)
    }

    /// `flow  [#####---]  63%   632/1000  12 running, 3 failed, 41/s, 0:09 left`, no longer than `width`.
    func bar(label: String, width: Int) -> String {
        var notes: [String] = []
        if summary.underWay > 0 { notes.append("\(summary.underWay) running") }
        if summary.failed > 0 { notes.append("\(summary.failed) failed") }
        if summary.killed > 0 { notes.append("\(summary.killed) killed") }
        if let rate { notes.append("\(rate.shortText)/s") }
        if let remaining { notes.append("\(remaining.clockText) left") }
        let bar = ProgressBar(label: label, completed: summary.finished, total: summary.total)
        // What matters least goes first when the terminal is narrow.
        while true {
            let tail = notes.isEmpty ? "" : "  " + notes.joined(separator: ", ")
            if notes.isEmpty || width - tail.count >= label.count + 36 {
                return bar.line(width: width - tail.count) + tail
            }
            notes.removeLast()
        }
    }

    /// `632 of 1000 jobs finished (3 failed), 12 running, 356 waiting, 0:09 left`.
    var line: String {
        var text = "\(summary.finished) of \(summary.total.of("job")) finished"
        if summary.failed > 0 { text += " (\(summary.failed) failed)" }
        if summary.underWay > 0 { text += ", \(summary.underWay) running" }
        if summary.waiting > 0 { text += ", \(summary.waiting) waiting" }
        if let remaining { text += ", \(remaining.clockText) left" }
        return text
    }

    /// `1000 jobs in 0:24: 997 success, 3 error`.
    var finalLine: String { "\(summary.total.of("job")) in \(elapsed.clockText): \(summary.stateText)" }
}

extension Double {
    /// Two significant digits below ten, whole numbers above.
    fileprivate var shortText: String {
        self >= 9.95 ? "\(Int(rounded()))" : "\((self * 10).rounded() / 10)"
    }
}
