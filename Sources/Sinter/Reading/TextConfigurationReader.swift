import JSONKit
import TextKit

/// Reads the first format: a statement a line, its fields separated by `|`, comments from `#`.
///
///     file  | flash.xlsm
///     flow  | input | double | feed, kg/s | Sheet1$C$2 | Sheet2$A$1
///     macro | input | string | to run     | setting(macro)
///     default | flow | 3.5
///
/// There are no units. What a vector has beyond its first value follows in lines of their own.
struct TextConfigurationReader {
    private let text: SinterText
    private let notes = ProblemNotes()

    init(_ text: SinterText) { self.text = text }

    /// A variable while statements may still add to it.
    struct Draft {
        var role: SinterVariable.Role
        let name: String
        let type: VariableType
        let description: String
        let paths: [String]
        let place: SourcePlace
        var defaultValue: SinterValue?
        var minimum: SinterValue?
        var maximum: SinterValue?
    }

    func configuration() throws(SinterError) -> SinterConfiguration {
        var head: [String: String] = [:]
        var drafts: [Draft] = []
        var tables: [TextTable] = []
        var lines = TextLines(text)
        while let line = lines.next() {
            let word = line.fields[0].lowercased()
            switch word {
            case "file", "f", "title", "author", "date", "description": head[word == "f" ? "file" : word] = line[1]
            case "dir": error(line, nil, "'dir' is not accepted: the model is looked for beside the configuration")
            case "default", "min", "max", "limits": note(word, of: line, &lines, &drafts)
            case "rstrings", "cstrings", "rlabels", "clabels": note(labels: word, of: line, &tables)
            default: add(line, &drafts, &tables)
            }
        }
        let file = head["file"] ?? ""
        if file.isEmpty { notes.error(text.place(offset: 0), nil, "no line 'file | NAME' names the model's file") }
        for table in tables { drafts += table.cells(notes) }
        return try ConfigurationChecks(notes: notes).checked { (warnings: [SinterProblem]) in
            SinterConfiguration(
                format: .text, title: head["title"] ?? "", description: head["description"] ?? "",
                author: head["author"] ?? "", date: head["date"] ?? "", version: "0.0", application: nil,
                model: .init(path: file.replacing("\\", with: "/")), inputFiles: [],
                variables: drafts.map(variable), tables: tables.map(\.table), warnings: warnings)
        }
    }

    private func variable(_ draft: Draft) -> SinterVariable {
        SinterVariable(
            name: draft.name, role: draft.role, type: draft.type, paths: draft.paths, description: draft.description,
            defaultValue: draft.defaultValue, minimum: draft.minimum, maximum: draft.maximum, place: draft.place)
    }

    private func add(_ line: TextLines.Line, _ drafts: inout [Draft], _ tables: inout [TextTable]) {
        guard line.fields.count >= 5 else {
            let words = ["file", "title", "author", "date", "description", "default", "min", "max", "limits"]
            return error(
                line, nil,
                "the line means nothing: a variable has five fields, NAME | input or output | TYPE | DESCRIPTION | PATH"
                    + Suggestion.hint(for: line.fields[0], among: words))
        }
        let name = line.fields[0]
        let mode = line.fields[1].lowercased()
        if mode != "input", mode != "output" {
            notes.warning(line.place(1), name, "'\(line.fields[1])' is neither input nor output and taken for output")
        }
        let paths = Array(line.fields[4...])
        if line.fields[2].lowercased() == "table" {
            return tables.append(
                TextTable(
                    name: name, isInput: mode == "input", description: line.fields[3], path: paths[0],
                    place: line.place(0)))
        }
        guard let type = VariableType(line.fields[2]) else {
            return notes.error(
                line.place(2), name,
                "the type '\(line.fields[2])' is not known. Types: int, double, string, table, and"
                    + " vectors such as double[3]")
        }
        var draft = Draft(
            role: mode == "input" ? .input : .output, name: name, type: type, description: line.fields[3],
            paths: paths, place: line.place(0))
        if let setting = Self.setting(paths[0]) {
            // A setting goes by its own name; runs know it by the one that the configuration gives it.
            if FoldedName(setting) != FoldedName(name) {
                notes.error(line.place(4), name, "the setting '\(setting)' must be named '\(setting)' here too")
            }
            if paths.count > 1 { notes.error(line.place(5), name, "a setting has one path only") }
            draft = Draft(
                role: .setting, name: name, type: type, description: line.fields[3], paths: [], place: line.place(0))
        } else if paths.contains("") {
            notes.error(line.place(4), name, "a path is empty")
        }
        drafts.append(draft)
    }

    /// `macro` of `setting(macro)`.
    private static func setting(_ path: String) -> String? {
        guard path.lowercased().hasPrefix("setting("), path.hasSuffix(")") else { return nil }
        return String(path.dropFirst(8).dropLast()).trimmingBlanks
    }

    private func note(
        _ word: String, of line: TextLines.Line, _ lines: inout TextLines, _ drafts: inout [Draft]
    ) {
        let name = line[1]
        guard let index = drafts.firstIndex(where: { FoldedName($0.name) == FoldedName(name) }) else {
            let names = drafts.map(\.name)
            return error(
                line, nil,
                "there is no variable '\(name)' above this line" + Suggestion.hint(for: name, among: names))
        }
        let type = drafts[index].type
        if word == "limits" {
            guard !type.isVector, line.fields.count == 4 else {
                return error(line, name, "limits are for a single number: limits | NAME | MIN | MAX")
            }
            drafts[index].minimum = value([line.fields[2]], type, line, name)
            drafts[index].maximum = value([line.fields[3]], type, line, name)
            return
        }
        var values = [line[2]]
        for _ in 1..<max(1, type.count ?? 1) {
            guard let next = lines.next(ofFields: 1) else { break }
            values.append(next.fields[0])
        }
        let value = value(values, type, line, name)
        switch word {
        case "default": drafts[index].defaultValue = value
        case "min": drafts[index].minimum = value
        default: drafts[index].maximum = value
        }
    }

    private func value(_ texts: [String], _ type: VariableType, _ line: TextLines.Line, _ name: String) -> SinterValue?
    {
        do throws(ValueRefusal) {
            return try type.value(type.isVector ? .array(texts.map { .string($0) }) : .string(texts[0]))
        } catch {
            self.error(line, name, "the \(line.fields[0]) does not fit the type \(type): \(error.reason)")
            return nil
        }
    }

    private func note(labels word: String, of line: TextLines.Line, _ tables: inout [TextTable]) {
        guard let index = tables.firstIndex(where: { FoldedName($0.name) == FoldedName(line[1]) }) else {
            let names = tables.map(\.name)
            return error(line, nil, "there is no table '\(line[1])'" + Suggestion.hint(for: line[1], among: names))
        }
        let labels = Array(line.fields.dropFirst(2))
        switch word {
        case "rstrings": tables[index].rowStrings = labels
        case "cstrings": tables[index].columnStrings = labels
        case "rlabels": tables[index].rowLabels = labels
        default: tables[index].columnLabels = labels
        }
    }

    private func error(_ line: TextLines.Line, _ variable: String?, _ message: String) {
        notes.error(line.place(0), variable, message)
    }
}

/// A table of the first format: cells of type double, named `table[row,column]`, with paths made from a pattern.
struct TextTable {
    let name: String
    let isInput: Bool
    let description: String
    /// With `%r` and `%c` for the strings of row and column.
    let path: String
    let place: SourcePlace
    var rowStrings: [String] = []
    var columnStrings: [String] = []
    var rowLabels: [String]?
    var columnLabels: [String]?

    var table: SinterTable {
        SinterTable(
            name: name, description: description, rows: rowLabels ?? rowStrings, columns: columnLabels ?? columnStrings,
            cells: rowStrings.indices.map { row in columnStrings.indices.map { cellName(row, $0) } })
    }

    private func cellName(_ row: Int, _ column: Int) -> String { "\(name)[\(row),\(column)]" }

    func cells(_ notes: ProblemNotes) -> [TextConfigurationReader.Draft] {
        if rowStrings.isEmpty || columnStrings.isEmpty {
            notes.error(place, name, "the table needs lines 'rStrings | \(name) | …' and 'cStrings | \(name) | …'")
        }
        return rowStrings.enumerated().flatMap { row, rowString in
            columnStrings.enumerated().map { column, columnString in
                TextConfigurationReader.Draft(
                    role: isInput ? .input : .output, name: cellName(row, column), type: VariableType(.double),
                    description: "\(description), \(rowLabels?[safe: row] ?? rowString)"
                        + " \(columnLabels?[safe: column] ?? columnString)",
                    paths: [path.replacing("%r", with: rowString).replacing("%c", with: columnString)], place: place)
            }
        }
    }
}

/// The lines of the first format that say something.
struct TextLines {
    struct Line {
        let fields: [String]
        fileprivate let file: String
        fileprivate let number: Int
        fileprivate let columns: [Int]

        /// A field, or nothing where there are fewer.
        subscript(index: Int) -> String { fields.indices.contains(index) ? fields[index] : "" }

        func place(_ field: Int) -> SourcePlace {
            SourcePlace(file: file, line: number, column: columns[min(field, columns.count - 1)])
        }
    }

    private let lines: [Line]
    private var at = 0

    init(_ text: SinterText) {
        let content = String(decoding: text.bytes, as: UTF8.self).unicodeScalars.filter {
            $0 != "\u{FEFF}" && $0 != "\r"
        }
        lines = content.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap {
            number, line in
            guard let first = line.first(where: { !$0.properties.isWhitespace }), first != "#" else { return nil }
            var fields: [String] = []
            var columns: [Int] = []
            var column = 1
            for field in line.split(separator: "|", omittingEmptySubsequences: false) {
                fields.append(String(field).trimmingBlanks)
                columns.append(column + field.prefix { $0.properties.isWhitespace }.count)
                column += field.count + 1
            }
            return Line(fields: fields, file: text.file, number: number + 1, columns: columns)
        }
    }

    mutating func next() -> Line? {
        guard at < lines.count else { return nil }
        at += 1
        return lines[at - 1]
    }

    /// The next line if it has so many fields.
    mutating func next(ofFields count: Int) -> Line? {
        guard at < lines.count, lines[at].fields.count == count else { return nil }
        return next()
    }
}

extension String {
    /// Without white space at both ends.
    var trimmingBlanks: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}

extension Array {
    subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
