import JSONKit
import TextKit

extension SinterRun {
    /// Reads runs from comma-separated text: a header with the names of inputs, then one run a row.
    ///
    /// A name may have an index (`split[0]`). An empty cell leaves its input to the default; a cell that begins with a
    /// bracket is a list in JSON. The original ends at an empty line; here empty lines do not count.
    public static func readCSV(_ bytes: [UInt8], file: String) throws(SinterError) -> [SinterRun] {
        let rows: [[CSVCell]]
        do throws(CSVError) {
            rows = try CSVReader.records(bytes, file: file)
        } catch {
            throw SinterError(place: error.place, error.reason)
        }
        let start = SourcePlace(file: file, line: 1, column: 1)
        guard let header = rows.first else {
            throw SinterError(place: start, "the file is empty; its first line must name the inputs")
        }
        let names = header.map(\.text.trimmingBlanks)
        for (name, cell) in zip(names, header) where name.isEmpty {
            throw SinterError(place: cell.place(in: file), "the column has no name")
        }
        guard rows.count > 1 else { throw SinterError(place: start, "there is no run below the names of the inputs") }
        var runs: [SinterRun] = []
        for row in rows.dropFirst() {
            guard row.count == names.count else {
                throw SinterError(
                    place: row[0].place(in: file), "the row has \(row.count) cells, and the header \(names.count)")
            }
            var values: [Value] = []
            for (name, cell) in zip(names, row) where !cell.text.trimmingBlanks.isEmpty {
                let json = try json(cell, name, file)
                values.append(Value(name: name, json: json, place: cell.place(in: file)))
            }
            runs.append(SinterRun(values: values, place: row[0].place(in: file)))
        }
        return runs
    }

    /// Text becomes a number where the variable is one.
    private static func json(_ cell: CSVCell, _ name: String, _ file: String) throws(SinterError) -> JSON {
        let text = cell.text.trimmingBlanks
        guard text.hasPrefix("[") else { return .string(cell.text) }
        do throws(JSONError) {
            return try JSON.parse(text)
        } catch {
            throw SinterError(
                place: cell.place(in: file), variable: name, "the cell begins like a list but is none: \(error.message)"
            )
        }
    }
}
