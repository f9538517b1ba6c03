import TextKit

/// The inputs of a run as comma-separated text: a line of names, and one of values, or one for each time.
struct InputTable {
    private struct Column {
        let name: String
        /// By row; one for all rows when there is a single one.
        let cells: [String]
    }

    private var columns: [Column] = []
    private let rowCount: Int

    /// - Parameter times: nil for a run without time.
    init(times: Int?) { rowCount = times ?? 1 }

    /// The names of the columns of a variable.
    static func names(of variable: SinterVariable, isDynamic: Bool) -> [String] {
        let paths = variable.role == .setting ? [variable.name] : variable.paths
        guard let count = variable.type.count, !(variable.isTimeSeries && isDynamic) else { return paths }
        return paths.flatMap { path in (0..<count).map { "\(path)[\($0)]" } }
    }

    mutating func append(_ value: SinterValue, of variable: SinterVariable, isDynamic: Bool) {
        for path in variable.role == .setting ? [variable.name] : variable.paths {
            switch value {
            case .scalar(let scalar): columns.append(Column(name: path, cells: [scalar.programText]))
            case .vector(let scalars):
                if variable.isTimeSeries, isDynamic {
                    columns.append(Column(name: path, cells: scalars.map(\.programText)))
                } else {
                    for (index, scalar) in scalars.enumerated() {
                        columns.append(Column(name: "\(path)[\(index)]", cells: [scalar.programText]))
                    }
                }
            case .series(let values):
                guard let count = variable.type.count else {
                    columns.append(Column(name: path, cells: values.flatMap(\.scalars).map(\.programText)))
                    continue
                }
                for index in 0..<count {
                    columns.append(
                        Column(name: "\(path)[\(index)]", cells: values.map { $0.scalars[index].programText }))
                }
            }
        }
    }

    /// Lines end as on Unix: many a program takes a carriage return for a part of the last value.
    var text: [UInt8] {
        var bytes: [UInt8] = []
        CSVWriter.append(columns.map(\.name), to: &bytes, lineEnd: "\n")
        for row in 0..<rowCount {
            CSVWriter.append(
                columns.map { $0.cells.count == 1 ? $0.cells[0] : $0.cells[row] }, to: &bytes, lineEnd: "\n")
        }
        return bytes
    }
}

extension SinterScalar {
    /// With all digits; a text as it is.
    var programText: String {
        switch self {
        case .int(let value): String(value)
        case .double(let value): value.description
        case .string(let value): value
        }
    }
}
