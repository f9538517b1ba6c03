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
            case "default", "min", "max", "limits":
                if let index = index(of: line[1], tables), word != "limits" {
                    note(word, of: line, &lines, &tables[index])
                } else {
                    note(word, of: line, &lines, &drafts)
                }
            default:
                if let index = index(of: line[1], tables), let label = label(word, of: line) {
                    note(label, of: line, &tables[index])
                } else {
                    add(line, &drafts, &tables)
                }
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
        if line.fields.allSatisfy({ Double($0) != nil }) {
            // As behind a default that has become a comment.
            return notes.warning(line.place(0), nil, "these values belong to nothing above")
        }
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
        // Its size, as in table[3,16], follows from its strings.
        if line.fields[2].lowercased().prefix(while: { $0 != "[" && $0 != " " }) == "table" {
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
            if notes.hasErrors(of: name) { return }
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

    private func index(of table: String, _ tables: [TextTable]) -> Int? {
        tables.firstIndex { FoldedName($0.name) == FoldedName(table) }
    }

    /// The rows of a table, one a line.
    private func note(_ word: String, of line: TextLines.Line, _ lines: inout TextLines, _ table: inout TextTable) {
        var rows = [Array(line.fields.dropFirst(2))]
        for _ in 1..<max(1, table.rowStrings.count) {
            guard let next = lines.next(ofFields: rows[0].count) else { break }
            rows.append(next.fields)
        }
        let values = rows.map { row in row.compactMap { value([$0], VariableType(.double), line, table.name) } }
        switch word {
        case "default": table.defaults = values
        case "min": table.minima = values
        default: table.maxima = values
        }
    }

    private enum Label: String, CaseIterable {
        case rowStrings = "rStrings"
        case columnStrings = "cStrings"
        case rowLabels = "rLabels"
        case columnLabels = "cLabels"
    }

    /// Which of its strings or labels a line gives a table; `cLables` is found in public files.
    private func label(_ word: String, of line: TextLines.Line) -> Label? {
        if let label = Label.allCases.first(where: { $0.rawValue.lowercased() == word }) { return label }
        let near = Suggestion.nearest(to: word, among: Label.allCases.map(\.rawValue)).flatMap(Label.init)
        if let near { notes.warning(line.place(0), line[1], "'\(line[0])' is taken for '\(near.rawValue)'") }
        return near
    }

    private func note(_ label: Label, of line: TextLines.Line, _ table: inout TextTable) {
        let texts = Array(line.fields.dropFirst(2))
        switch label {
        case .rowStrings: table.rowStrings = texts
        case .columnStrings: table.columnStrings = texts
        case .rowLabels: table.rowLabels = texts
        case .columnLabels: table.columnLabels = texts
        }
    }

    private func error(_ line: TextLines.Line, _ variable: String?, _ message: String) {
        notes.error(line.place(0), variable, message)
    }
}
