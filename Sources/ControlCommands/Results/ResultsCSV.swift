import JSONKit
import TextKit

/// Results as comma-separated text (RFC 4180): `Id`, `State`, `input.…`, `output.…`, `Message`, a row for each job.
enum ResultsCSV {
    static func text(_ results: ResultSet) -> [UInt8] {
        let columns = ResultColumns(results.numbered.lazy.map(\.record)).all
        let positions = Dictionary(uniqueKeysWithValues: zip(columns, columns.indices))
        var bytes: [UInt8] = []
        CSVWriter.append(["Id", "State"] + columns.map(\.qualifiedName) + ["Message"], to: &bytes)
        for (_, record) in results.numbered {
            var cells = Array(repeating: "", count: columns.count)
            for (column, value) in record.values {
                if let position = positions[column] { cells[position] = value.cellText }
            }
            CSVWriter.append([record.id, record.state] + cells + [record.message], to: &bytes)
        }
        return bytes
    }
}
