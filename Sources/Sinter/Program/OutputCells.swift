import TextKit

/// Tables of text in records of cells.
enum OutputCells {
    /// - Parameter file: its name in messages.
    static func records(
        _ bytes: [UInt8], _ separator: CellSeparator, file: String
    ) throws(SinterError) -> [[CSVCell]] {
        switch separator {
        case .comma:
            do throws(CSVError) {
                return try CSVReader.records(bytes, file: file).map { $0.map(Self.trimmed) }
            } catch {
                throw SinterError(place: error.place, error.reason)
            }
        case .semicolon: return split(bytes, at: ";", file)
        case .tab: return split(bytes, at: "\t", file)
        case .blanks: return split(bytes, at: nil, file)
        }
    }

    private static func trimmed(_ cell: CSVCell) -> CSVCell {
        CSVCell(text: cell.text.trimmingBlanks, line: cell.line, column: cell.column)
    }

    /// - Parameter separator: nil for blanks, of which several count as one.
    private static func split(_ bytes: [UInt8], at separator: Unicode.Scalar?, _ file: String) -> [[CSVCell]] {
        let text = String(decoding: bytes, as: UTF8.self).unicodeScalars.filter { $0 != "\r" && $0 != "\u{FEFF}" }
        return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { number, line in
            var cells: [CSVCell] = []
            var column = 1
            let isBoundary = { (scalar: Unicode.Scalar) in
                if let separator { scalar == separator } else { scalar.properties.isWhitespace }
            }
            for part in line.split(omittingEmptySubsequences: false, whereSeparator: isBoundary) {
                let cell = String(part).trimmingBlanks
                if separator != nil || !cell.isEmpty {
                    cells.append(CSVCell(text: cell, line: number + 1, column: column))
                }
                column += part.count + 1
            }
            return cells.allSatisfy(\.text.isEmpty) ? nil : cells
        }
    }
}
