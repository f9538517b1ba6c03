import JSONKit

/// Results as comma-separated text (RFC 4180): `Id`, `State`, `input.…`, `output.…`, `Message`, a row for each job.
enum ResultsCSV {
    static func text(_ results: ResultSet) -> [UInt8] {
        let columns = ResultColumns(results.numbered.lazy.map(\.record)).all
        let positions = Dictionary(uniqueKeysWithValues: zip(columns, columns.indices))
        var bytes: [UInt8] = []
        append(["Id", "State"] + columns.map(\.qualifiedName) + ["Message"], to: &bytes)
        for (_, record) in results.numbered {
            var cells = Array(repeating: "", count: columns.count)
            for (column, value) in record.values {
                if let position = positions[column] { cells[position] = value.cellText }
            }
            append([record.id, record.state] + cells + [record.message], to: &bytes)
        }
        return bytes
    }

    private static func append(_ cells: [String], to bytes: inout [UInt8]) {
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            if cell.utf8.contains(where: { "\",\r\n".utf8.contains($0) }) {
                bytes.append(UInt8(ascii: "\""))
                for byte in cell.utf8 {
                    if byte == UInt8(ascii: "\"") { bytes.append(byte) }
                    bytes.append(byte)
                }
                bytes.append(UInt8(ascii: "\""))
            } else {
                bytes.append(contentsOf: cell.utf8)
            }
        }
        bytes.append(contentsOf: "\r\n".utf8)
    }
}
