/// Rows and columns as aligned lines of text.
public struct Table: Sendable {
    public struct Column: Sendable {
        public let title: String
        /// Gives way first when the table is too wide.
        public let isFlexible: Bool

        public init(_ title: String, isFlexible: Bool = false) {
            self.title = title
            self.isFlexible = isFlexible
        }
    }

    public let columns: [Column]
    public private(set) var rows: [[String]] = []

    public init(_ columns: [Column]) { self.columns = columns }

    public init(_ titles: String...) { columns = titles.map { Column($0) } }

    /// - Parameter cells: one for each column. Control characters in them are shown as `?`.
    public mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "\(cells.count) cells in a table of \(columns.count) columns")
        rows.append(cells.map(Self.printable))
    }

    /// The titles and the rows. Columns that hold nothing but numbers are aligned on the right.
    ///
    /// - Parameter width: the most columns of a line; cells are cut with an ellipsis to fit. Nil for no limit.
    public func lines(width: Int? = nil) -> [String] {
        var widths = columns.indices.map { column in
            ([columns[column].title] + rows.map { $0[column] }).map(DisplayWidth.of).max() ?? 0
        }
        if let width { shrink(&widths, to: width - Self.gap.count * (columns.count - 1)) }
        let numeric = columns.indices.map(isNumeric)
        return ([columns.map(\.title)] + rows).map { row in
            var line = columns.indices.map { column in
                let cell = DisplayWidth.truncate(row[column], to: widths[column])
                let padding = String(repeating: " ", count: widths[column] - DisplayWidth.of(cell))
                return numeric[column] ? padding + cell : cell + padding
            }.joined(separator: Self.gap)
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
    }

    private static let gap = "  "
    private static let leastWidth = 4

    /// Takes from the widest column again and again, from flexible ones first.
    private func shrink(_ widths: inout [Int], to room: Int) {
        for candidates in [columns.indices.filter { columns[$0].isFlexible }, Array(columns.indices)] {
            while widths.reduce(0, +) > room {
                let widest = candidates.max { widths[$0] < widths[$1] }
                guard let widest, widths[widest] > Self.leastWidth else { break }
                widths[widest] -= 1
            }
        }
    }

    private func isNumeric(_ column: Int) -> Bool {
        let cells = rows.map { $0[column] }.filter { !$0.isEmpty && $0 != "-" }
        return !cells.isEmpty && cells.allSatisfy { Double($0) != nil }
    }

    private static func printable(_ text: String) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            shown.append(scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) ? "?" : scalar)
        }
        return String(shown)
    }
}
