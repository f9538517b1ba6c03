/// The last lines that a runner wrote to stderr: why it ended.
struct StderrTail: Sendable {
    private static let lineLimit = 400
    private static let lineCount = 40
    private var lines: [ArraySlice<UInt8>] = []

    mutating func append(_ line: [UInt8]) {
        if lines.count == Self.lineCount { lines.removeFirst() }
        lines.append(line.prefix(Self.lineLimit))
    }

    /// What was said since the last call is forgotten: it was about something else.
    mutating func clear() { lines = [] }

    /// The last lines as they continue a sentence: `: ModuleNotFoundError: …`; empty when there are none.
    var clause: String {
        let text = LogText.tail(Array(lines.joined(separator: [0x0A])), lines: 3, limit: 600)
        return text.isEmpty ? "" : ": " + text
    }
}
