/// How far something has got, as one line of text: `Uploading  [#########---------]  50%  5/10`.
public struct ProgressBar: Sendable, Hashable {
    public var label: String
    public var completed: Int
    /// Nil or 0: not known, so that only the count is shown.
    public var total: Int?

    public init(label: String, completed: Int, total: Int?) {
        self.label = label
        self.completed = completed
        self.total = total
    }

    /// The line, `width` columns at most. To draw it again in place, write `\r`, the line and `\u{1b}[K`.
    public func line(width: Int) -> String {
        guard let total, total > 0 else { return DisplayWidth.truncate("\(label)  \(completed)", to: width) }
        let done = min(max(completed, 0), total)
        let percent = done == total ? 100 : Int(Double(done) / Double(total) * 100)
        let count = "\(done)/\(total)"
        // Of constant length while the numbers grow, so that the bar does not jump.
        let padded = String(repeating: " ", count: "\(total)".count * 2 + 1 - count.count) + count
        let figures = String(repeating: " ", count: percent < 10 ? 2 : percent < 100 ? 1 : 0) + "\(percent)%  \(padded)"
        let room = width - DisplayWidth.of(label) - figures.count - 6
        guard room >= 5 else { return DisplayWidth.truncate("\(label)  \(figures)", to: width) }
        let bar = min(room, 40)
        let filled = Int(Double(done) / Double(total) * Double(bar))
        return
            "\(label)  [\(String(repeating: "#", count: filled))\(String(repeating: "-", count: bar - filled))]  \(figures)"
    }
}
