import TextKit

/// A table of the first format: cells of type double, named `table[row,column]`, with paths made from a pattern.
struct TextTable {
    let name: String
    let isInput: Bool
    let description: String
    /// With `%r` and `%c` for the strings of row and column.
    let path: String
    let place: SourcePlace
    var rowStrings: [String] = []
    var columnStrings: [String] = []
    var rowLabels: [String]?
    var columnLabels: [String]?
    /// By rows; as many as were given.
    var defaults: [[SinterValue]] = []
    var minima: [[SinterValue]] = []
    var maxima: [[SinterValue]] = []

    var table: SinterTable {
        SinterTable(
            name: name, description: description, rows: rowLabels ?? rowStrings, columns: columnLabels ?? columnStrings,
            cells: rowStrings.indices.map { row in columnStrings.indices.map { cellName(row, $0) } })
    }

    private func cellName(_ row: Int, _ column: Int) -> String { "\(name)[\(row),\(column)]" }

    func cells(_ notes: ProblemNotes) -> [TextConfigurationReader.Draft] {
        if rowStrings.isEmpty || columnStrings.isEmpty {
            notes.error(place, name, "the table needs lines 'rStrings | \(name) | …' and 'cStrings | \(name) | …'")
        }
        return rowStrings.enumerated().flatMap { row, rowString in
            columnStrings.enumerated().map { column, columnString in
                TextConfigurationReader.Draft(
                    role: isInput ? .input : .output, name: cellName(row, column), type: VariableType(.double),
                    description: "\(description), \(rowLabels?[safe: row] ?? rowString)"
                        + " \(columnLabels?[safe: column] ?? columnString)",
                    paths: [path.replacing("%r", with: rowString).replacing("%c", with: columnString)], place: place,
                    defaultValue: defaults[safe: row]?[safe: column], minimum: minima[safe: row]?[safe: column],
                    maximum: maxima[safe: row]?[safe: column])
            }
        }
    }
}
