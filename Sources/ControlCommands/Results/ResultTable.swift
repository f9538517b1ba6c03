import CommandLineKit
import FOQUSModel
import Glibc
import JSONKit

/// Results for people: as many columns as the terminal is wide, the first rows of many.
struct ResultTable: Sendable {
    /// Of the terminal; nil for no limit.
    let width: Int?
    /// The most rows; nil for all.
    let rowLimit: Int?

    private typealias Row = (number: Int, record: ResultRecord)

    /// Lines, each ended; empty when there is no result.
    func text(_ results: ResultSet) -> String {
        let rows = Array(results.numbered.prefix(rowLimit ?? .max))
        guard !rows.isEmpty else { return "" }
        let columns = ResultColumns(rows.map(\.record)).all
        let titles = Self.titles(columns)
        let hasMessages = rows.contains { !$0.record.message.isEmpty }
        let cells = rows.map { self.cells($0, columns) }
        let shown = fitting(titles, cells, hasMessages)

        var table = Table(
            ["#", "State"].map { Table.Column($0) } + titles.prefix(shown).map { Table.Column($0) }
                + (hasMessages ? [Table.Column("Message", isFlexible: true)] : []))
        for (row, cells) in zip(rows, cells) {
            table.add(cells.prefix(2 + shown) + (hasMessages ? [row.record.message] : []))
        }
        var lines = table.lines(width: width)
        var left: [String] = []
        if rows.count < results.summary.total { left.append((results.summary.total - rows.count).of("more row")) }
        if shown < columns.count { left.append((columns.count - shown).of("more column")) }
        if !left.isEmpty { lines.append("... \(left.joined(separator: " and ")); --output FILE writes them all") }
        return lines.map { $0 + "\n" }.joined()
    }

    /// The variables' names, with `input.` or `output.` in front only where both have one.
    private static func titles(_ columns: [ResultColumn]) -> [String] {
        let counts = Dictionary(columns.map { ($0.name, 1) }, uniquingKeysWith: +)
        return columns.map { counts[$0.name] == 1 ? $0.name : $0.qualifiedName }
    }

    /// How many of the columns stand side by side on the terminal. Cutting a number would falsify it, so whole
    /// columns are left out instead, the last ones first.
    private func fitting(_ titles: [String], _ rows: [[String]], _ hasMessages: Bool) -> Int {
        guard let width else { return titles.count }
        var room = width - rows.reduce(0) { max($0, $1[0].count + 2 + $1[1].count) }
        // At least the beginning of a message.
        if hasMessages { room -= 26 }
        for (index, title) in titles.enumerated() {
            room -= 2 + rows.reduce(title.count) { max($0, $1[index + 2].count) }
            if room < 0 { return max(index, 1) }
        }
        return titles.count
    }

    private func cells(_ row: Row, _ columns: [ResultColumn]) -> [String] {
        let values = Dictionary(row.record.values.map { ($0.column, $0.value) }, uniquingKeysWith: { $1 })
        return [String(row.number), row.record.state] + columns.map { values[$0].map(Self.shown) ?? "" }
    }

    /// Six significant digits, and the beginning of what is long: files have it all.
    private static func shown(_ value: JSON) -> String {
        guard case .number(let number) = value, number.isFinite else {
            let text = value.cellText
            return text.count > 24 ? text.prefix(21) + "..." : text
        }
        var buffer = [CChar](repeating: 0, count: 40)
        let length = withVaList([number]) { vsnprintf(&buffer, buffer.count, "%.6g", $0) }
        return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
