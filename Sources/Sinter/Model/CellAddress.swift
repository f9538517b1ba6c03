/// Why a path is no place in a workbook.
public struct CellAddressError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String
}

/// A place in a workbook as configurations write it: `Sheet$Column$Row`, `Sheet$C2` or `Sheet$name`.
public struct CellAddress: Sendable, Hashable, CustomStringConvertible {
    /// A cell, counted from 0 as programs do.
    public struct Cell: Sendable, Hashable, CustomStringConvertible {
        public let column: Int
        public let row: Int

        public init(column: Int, row: Int) {
            self.column = column
            self.row = row
        }

        /// `C2` of column 2, row 1.
        public var description: String {
            var letters = ""
            var rest = column + 1
            while rest > 0 {
                letters = String(UnicodeScalar(UInt8(65 + (rest - 1) % 26))) + letters
                rest = (rest - 1) / 26
            }
            return letters + String(row + 1)
        }
    }

    public enum Target: Sendable, Hashable {
        case cell(Cell)
        /// A name that the workbook or the sheet defines.
        case name(String)
    }

    /// As the workbook writes it, blanks included.
    public let sheet: String
    public let target: Target

    /// What Excel and LibreOffice can have: 16384 columns (XFD) of 1048576 rows.
    private static let columns = 16384
    private static let rows = 1_048_576

    /// - Parameter path: the sheet is what comes before the first `$`.
    public init(_ path: String) throws(CellAddressError) {
        guard let dollar = path.firstIndex(of: "$"), dollar > path.startIndex else {
            throw CellAddressError(
                description: "the address '\(path)' is not of the form Sheet$Column$Row, as in Sheet1$C$2")
        }
        sheet = String(path[..<dollar])
        let rest = path[path.index(after: dollar)...]
        let reference = rest.filter { $0 != "$" }
        let letters = reference.prefix { ("A"..."Z").contains($0.uppercased()) }
        let digits = reference.dropFirst(letters.count)
        if !letters.isEmpty, letters.count <= 3, !digits.isEmpty, digits.allSatisfy({ ("0"..."9").contains($0) }) {
            let column = letters.uppercased().utf8.reduce(0) { $0 * 26 + Int($1) - 64 }
            guard column <= Self.columns, let row = Int(digits), (1...Self.rows).contains(row) else {
                throw CellAddressError(description: "the address '\(path)' is beyond the last cell, XFD1048576")
            }
            target = .cell(Cell(column: column - 1, row: row - 1))
        } else {
            let isName = rest.first.map { $0.isLetter || $0 == "_" || $0 == "\\" } ?? false
            guard isName, !rest.contains(where: { "$:! ".contains($0) }) else {
                throw CellAddressError(
                    description: "the address '\(path)' is neither a cell, as in Sheet1$C$2, nor a name")
            }
            target = .name(String(rest))
        }
    }

    /// The cells of a vector: its first one and those to the right.
    public func row(of count: Int) throws(CellAddressError) -> [Cell] {
        guard case .cell(let first) = target else {
            throw CellAddressError(description: "the address '\(self)' of a vector must be its first cell, not a name")
        }
        guard first.column + count <= Self.columns else {
            throw CellAddressError(description: "a vector of \(count) from '\(self)' goes beyond the last column, XFD")
        }
        return (0..<count).map { Cell(column: first.column + $0, row: first.row) }
    }

    /// `Sheet$C2` or `Sheet$name`.
    public var description: String {
        switch target {
        case .cell(let cell): "\(sheet)$\(cell)"
        case .name(let name): "\(sheet)$\(name)"
        }
    }
}
