import JSONKit
public import TextKit

/// The results of a series as a table: a row for each run, in columns of outputs and status.
public struct OutputsTable: Sendable {
    /// An output, one element of a vector (`profile[1]`), or the status.
    private enum Column: Sendable {
        case status
        case scalar(String)
        case element(String, Int)
    }

    public let header: [String]
    private let columns: [Column]

    /// All outputs, vectors by their elements, then the status.
    public init(_ configuration: SinterConfiguration) {
        var header: [String] = []
        var columns: [Column] = []
        for variable in configuration.outputs {
            if variable.role == .output, let count = variable.type.count {
                header += (0..<count).map { "\(variable.name)[\($0)]" }
                columns += (0..<count).map { .element(variable.name, $0) }
            } else {
                header.append(variable.name)
                columns.append(.scalar(variable.name))
            }
        }
        self.header = header + ["status"]
        self.columns = columns + [.status]
    }

    /// The columns that a file asks for by its header line, as CSVConsoleSinter has it.
    ///
    /// - Parameter cells: the header; names in any case, with an index for an element of a vector.
    public init(
        _ configuration: SinterConfiguration, header cells: [CSVCell], file: String
    ) throws(SinterError) {
        var columns: [Column] = []
        for cell in cells {
            let name = cell.text.trimmingBlanks
            if let column = Self.column(name, configuration) {
                columns.append(column)
            } else {
                let names = configuration.outputs.map(\.name) + ["status"]
                throw SinterError(
                    place: cell.place(in: file), variable: name,
                    "there is no such output" + Suggestion.hint(for: name, among: names))
            }
        }
        header = cells.map(\.text)
        self.columns = columns
    }

    private static func column(_ name: String, _ configuration: SinterConfiguration) -> Column? {
        if FoldedName(name) == FoldedName("status") { return .status }
        if let variable = configuration.variable(name), !variable.isGiven { return .scalar(variable.name) }
        guard let reference = VariableReference(name), let variable = configuration.variable(reference.name),
            !variable.isGiven, reference.indices.count == 1, variable.role == .output,
            let count = variable.type.count, reference.indices[0] < count
        else { return nil }
        return .element(variable.name, reference.indices[0])
    }

    /// The cells of a run, empty where it has no outputs. Numbers have all their digits, lists are JSON.
    public func row(_ outcome: RunOutcome) -> [String] {
        columns.map { column in
            switch column {
            case .status: String(outcome.status.rawValue)
            case .scalar(let name): outcome.outputs[name].map(Self.text) ?? ""
            case .element(let name, let index): Self.element(outcome.outputs[name], index)
            }
        }
    }

    /// The whole table as comma-separated text.
    public func text(_ outcomes: [RunOutcome]) -> [UInt8] {
        var bytes: [UInt8] = []
        CSVWriter.append(header, to: &bytes)
        for outcome in outcomes { CSVWriter.append(row(outcome), to: &bytes) }
        return bytes
    }

    private static func element(_ value: SinterValue?, _ index: Int) -> String {
        guard case .vector(let scalars)? = value, let scalar = scalars[safe: index] else { return "" }
        return text(.scalar(scalar))
    }

    private static func text(_ value: SinterValue) -> String {
        if case .scalar(.string(let text)) = value { text } else { value.json.text() }
    }
}
