import TextKit

/// Outputs as a table: a line of names, and lines of values.
struct TableOutput: OutputReader {
    private let file: String
    private let header: [CSVCell]
    private let rows: [[CSVCell]]

    init(_ bytes: [UInt8], _ separator: CellSeparator, file: String) throws(SinterError) {
        self.file = file
        let records = try OutputCells.records(bytes, separator, file: file)
        guard let header = records.first else { throw SinterError(place: nil, "the program wrote nothing to \(file)") }
        guard records.count > 1 else {
            throw SinterError(place: header.first?.place(in: file), "there is no line of values below the names")
        }
        self.header = header
        rows = Array(records.dropFirst())
    }

    /// A value is in the last line; one over time, and a vector that has a single column, is the whole column.
    func value(of variable: SinterVariable, times: Int?) throws(OutputRefusal) -> SinterValue {
        let (path, type) = (variable.outputPath, variable.type)
        guard let count = type.count else {
            let cells = try column(path)
            guard variable.isDynamic else { return .scalar(try scalar(cells[cells.count - 1], type)) }
            try check(cells, has: times ?? 0, "times", path)
            return .series(try scalars(cells, type).map { .scalar($0) })
        }
        guard variable.isDynamic || index("\(path)[0]") != nil else {
            let cells = try column(path)
            try check(cells, has: count, "elements", path)
            return .vector(try scalars(cells, type))
        }
        var columns: [[CSVCell]] = []
        for index in 0..<count { columns.append(try column("\(path)[\(index)]")) }
        guard variable.isDynamic else {
            return .vector(try scalars(columns.map { $0[$0.count - 1] }, type))
        }
        try check(columns[0], has: times ?? 0, "times", path)
        var values: [SinterValue] = []
        for row in rows.indices { values.append(.vector(try scalars(columns.map { $0[row] }, type))) }
        return .series(values)
    }

    private func index(_ name: String) -> Int? { header.firstIndex { $0.text == name } }

    private func column(_ name: String) throws(OutputRefusal) -> [CSVCell] {
        guard let index = index(name) else {
            throw OutputRefusal(
                place: header[0].place(in: file),
                reason: "there is no column '\(name)'" + Suggestion.hint(for: name, among: header.map(\.text)))
        }
        var cells: [CSVCell] = []
        for row in rows {
            guard let cell = row[safe: index] else {
                throw OutputRefusal(
                    place: row[0].place(in: file),
                    reason: "the line has \(row.count) cells and none below '\(name)', the name of number \(index + 1)")
            }
            cells.append(cell)
        }
        return cells
    }

    private func check(_ cells: [CSVCell], has count: Int, _ what: String, _ path: String) throws(OutputRefusal) {
        guard cells.count == count else {
            throw OutputRefusal(
                place: cells[0].place(in: file),
                reason: "\(count) \(what) are needed, and there are \(cells.count) lines")
        }
    }

    private func scalars(_ cells: [CSVCell], _ type: VariableType) throws(OutputRefusal) -> [SinterScalar] {
        var scalars: [SinterScalar] = []
        for cell in cells { scalars.append(try scalar(cell, type)) }
        return scalars
    }

    private func scalar(_ cell: CSVCell, _ type: VariableType) throws(OutputRefusal) -> SinterScalar {
        do throws(ValueRefusal) { return try ProgramText.scalar(cell.text, type.element) } catch {
            throw OutputRefusal(place: cell.place(in: file), reason: error.reason)
        }
    }
}
