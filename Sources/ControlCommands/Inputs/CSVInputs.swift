import JSONKit
import TextKit

/// Jobs from comma-separated text: a header of `node.variable`, then one job a row.
///
/// The node is the text before the first dot; for applications of Sinter configurations the header has plain names. Numbers, `true`, `false` and JSON arrays are taken as such, an empty
/// cell leaves the variable to the simulation, everything else is a string.
enum CSVInputs {
    static func jobs(_ bytes: [UInt8], file: String, template: JobTemplate) throws(ControlError) -> [JSONObject] {
        let rows = try records(bytes, file: file)
        guard let header = rows.first else {
            throw ControlError(.input, "\(file): the file is empty. Its first line must name the variables.")
        }
        let columns = try header.map { cell throws(ControlError) in
            try Column(cell, file: file, isPlain: template.hasPlainNames)
        }
        var seen: Set<Column> = []
        for (column, cell) in zip(columns, header) where !seen.insert(column).inserted {
            throw cell.place(in: file).error("the variable \(column) has a column already")
        }
        var jobs: [JSONObject] = []
        for row in rows.dropFirst() {
            guard row.count == columns.count else {
                let last = row[min(row.count, columns.count + 1) - 1]
                throw last.place(in: file).error(
                    "the row has \(row.count) \(row.count == 1 ? "cell" : "cells"), the header \(columns.count)")
            }
            var input: JSONObject = [:]
            for (column, cell) in zip(columns, row) {
                guard let value = try value(of: cell, column: column, file: file) else { continue }
                if let name = column.node {
                    var node = input[name]?.objectValue ?? [:]
                    node[column.variable] = value
                    input[name] = .object(node)
                } else {
                    input[column.variable] = value
                }
            }
            do throws(JobRefusal) {
                jobs.append(try template.job(["Input": .object(input)]))
            } catch {
                throw row[0].place(in: file).error(error.reason)
            }
        }
        return jobs
    }

    private struct Column: Hashable, CustomStringConvertible {
        /// Nil for a plain name.
        let node: String?
        let variable: String

        var description: String { (node.map { "\($0)." } ?? "") + variable }

        init(_ cell: CSVCell, file: String, isPlain: Bool) throws(ControlError) {
            let parts = cell.text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            // As spreadsheets write it where the comma is the decimal point.
            let isSeparatedOtherwise = cell.text.contains(";") || cell.text.contains("\t")
            if isPlain, !isSeparatedOtherwise {
                node = nil
                variable = String(cell.text.trimmed)
                guard !variable.isEmpty else { throw cell.place(in: file).error("the column has no name") }
                return
            }
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, !isSeparatedOtherwise else {
                let hint = isSeparatedOtherwise ? " Separate the cells by commas." : ""
                throw cell.place(in: file).error(
                    "the header \"\(cell.text.prefix(60))\" is not of the form node.variable.\(hint)")
            }
            node = String(parts[0])
            variable = String(parts[1])
        }
    }

    /// Nil for an empty cell.
    private static func value(of cell: CSVCell, column: Column, file: String) throws(ControlError) -> JSON? {
        let text = cell.text.trimmed
        guard let first = text.utf8.first else { return nil }
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
            return try number(text, cell: cell, column: column, file: file) ?? .string(cell.text)
        case UInt8(ascii: "["):
            do throws(JSONError) {
                return try JSON.parse(String(text))
            } catch {
                throw cell.place(in: file).error(
                    "\(column): the cell begins like a JSON array but is none: \(error.message)")
            }
        default:
            switch text.lowercased() {
            case "true": return true
            case "false": return false
            default: return .string(cell.text)
            }
        }
    }

    /// Nil when the text is no number. Takes what JSON takes, and a leading `+` or a bare dot as spreadsheets write.
    private static func number(
        _ text: Substring, cell: CSVCell, column: Column, file: String
    ) throws(ControlError) -> JSON? {
        do throws(JSONError) {
            return try JSON.parse(String(text))
        } catch {
            if error.code == .numberOutOfRange {
                throw cell.place(in: file).error("\(column): \(text) is beyond the range of a double")
            }
        }
        let digits = text.drop { $0 == "+" || $0 == "-" }
        let isDecimal = text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
        // 007 is a label rather than a number.
        let isLabel = digits.first == "0" && digits.dropFirst().first?.isNumber == true
        guard isDecimal, !isLabel, let value = Double(text), value.isFinite else { return nil }
        return .number(value)
    }

    private static func records(_ bytes: [UInt8], file: String) throws(ControlError) -> [[CSVCell]] {
        do throws(CSVError) {
            return try CSVReader.records(bytes, file: file)
        } catch {
            throw ControlError(.input, "\(error)")
        }
    }
}

extension SourcePlace {
    func error(_ reason: String) -> ControlError { ControlError(.input, "\(self): \(reason)") }
}

extension String {
    /// Without blanks and tabs at both ends.
    var trimmed: Substring {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
            return ""
        }
        return self[first...last]
    }
}
