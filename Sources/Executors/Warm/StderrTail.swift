/// The last lines that a runner wrote to stderr: why it ended.
struct StderrTail: Sendable {
    private static let lineLimit = 400
    private static let lineCount = 40
    private var lines: [ArraySlice<UInt8>] = []

    mutating func append(_ line: [UInt8]) {
        if lines.count == Self.lineCount { lines.removeFirst() }
        lines.append(line.prefix(Self.lineLimit))
    }

    /// The last lines as they continue a sentence: `: ModuleNotFoundError: …`; empty when there are none.
    var clause: String {
        let all = Array(lines.joined(separator: [0x0A]))
        let last = LogText.tail(all, lines: 1, limit: 600)
        if last.isEmpty { return "" }
        // The end of a Python traceback says it all.
        return ": " + (last.contains("Error: ") ? last : LogText.tail(all, lines: 3, limit: 600))
    }
}
