import FOQUSModel
import JSONKit

/// A column of a result table: where its values come from and what it is called.
struct ResultColumn: Sendable, Hashable {
    enum Side: String, Sendable { case input, output }

    let side: Side
    /// `node.variable`, or the member's name where an executor has no nodes.
    let name: String

    /// As CSV files have it: `output.calc.z`.
    var qualifiedName: String { "\(side.rawValue).\(name)" }
}

/// One finished record (cloud-protocol 3.4) as a row of a table.
struct ResultRecord: Sendable {
    let id: String
    let state: String
    let message: String
    /// In the order the record has them.
    let values: [(column: ResultColumn, value: JSON)]

    init(_ record: JSON) {
        id = record["Id"]?.stringValue ?? ""
        state = record["State"]?.stringValue ?? ""
        message = record["Message"]?.stringValue ?? ""
        let output = record["Output"] ?? .null
        // A flowsheet tells its variables below "output", next to times and errors of nodes; a command just tells.
        let told = output["output"]?.objectValue ?? output.objectValue ?? [:]
        values = Self.flatten(record["Input"]?.objectValue ?? [:], .input) + Self.flatten(told, .output)
    }

    private static func flatten(_ object: JSONObject, _ side: ResultColumn.Side) -> [(ResultColumn, JSON)] {
        var cells: [(ResultColumn, JSON)] = []
        for (key, value) in object {
            if let variables = value.objectValue {
                for (variable, value) in variables {
                    cells.append((ResultColumn(side: side, name: "\(key).\(variable)"), value))
                }
            } else {
                cells.append((ResultColumn(side: side, name: key), value))
            }
        }
        return cells
    }
}

/// The union of the columns of many records in the order they first appear, inputs before outputs.
struct ResultColumns: Sendable {
    private var inputs: [ResultColumn] = []
    private var outputs: [ResultColumn] = []
    private var known: Set<ResultColumn> = []

    init(_ records: some Sequence<ResultRecord>) {
        for record in records {
            for (column, _) in record.values where known.insert(column).inserted {
                switch column.side {
                case .input: inputs.append(column)
                case .output: outputs.append(column)
                }
            }
        }
    }

    var all: [ResultColumn] { inputs + outputs }
}

extension JSON {
    /// The value as a cell of a table: text as it is, null as nothing, lists and objects as compact JSON.
    var cellText: String {
        switch self {
        case .null: ""
        case .string(let text): text
        case .bool, .int, .number, .array, .object: description
        }
    }
}
