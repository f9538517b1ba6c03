import JSONKit
import TextKit

/// Reads the sections `inputTables` and `outputTables`.
struct TableReader {
    let notes: ProblemNotes
    let variables: [SinterVariable]

    func tables(of root: ObjectReader) -> [SinterTable] {
        let roles = Dictionary(variables.map { (FoldedName($0.name), $0) }, uniquingKeysWith: { first, _ in first })
        return [("inputTables", true), ("outputTables", false)].flatMap { key, isGiven -> [SinterTable] in
            guard let section = root.object(key, required: false) else { return [] }
            return section.object.names.compactMap { name in
                guard var entry = section.object(name, required: true) else { return nil }
                entry.variable = name
                return table(name, entry, isGiven: isGiven, roles)
            }
        }
    }

    private func table(
        _ name: String, _ entry: ObjectReader, isGiven: Bool, _ variables: [FoldedName: SinterVariable]
    ) -> SinterTable? {
        let description = entry.text("description")
        guard let rows = entry.texts("rows"), let columns = entry.texts("columns"),
            let contents = entry.array("contents")
        else { return nil }
        let cells = contents.map { row in (row.arrayValue ?? []).compactMap(\.stringValue) }
        guard cells.count == rows.count, cells.allSatisfy({ $0.count == columns.count }) else {
            entry.error("contents", "the contents must be \(rows.count) lists of \(columns.count) names of variables")
            return nil
        }
        for cell in cells.joined() {
            guard let variable = variables[FoldedName(cell)] else {
                let names = self.variables.map(\.name)
                entry.error("contents", "there is no variable '\(cell)'" + Suggestion.hint(for: cell, among: names))
                continue
            }
            if variable.type.isVector || variable.isGiven != isGiven {
                entry.error("contents", "'\(cell)' is not a single \(isGiven ? "input" : "output")")
            }
        }
        return SinterTable(name: name, description: description, rows: rows, columns: columns, cells: cells)
    }
}
