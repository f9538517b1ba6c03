import JSONKit
import TextKit

/// Reads the object `program` of a configuration.
struct ProgramReader {
    private let entry: ObjectReader

    init(_ entry: ObjectReader) { self.entry = entry }

    /// The description, as far as it could be read: what is wrong has been noted.
    ///
    /// - Parameter model: the path of the model's file, which nothing may be written over.
    func description(model: String) -> ProgramDescription {
        entry.refuseOthers(than: [
            "command", "input", "output", "successStatuses", "warningPattern", "nonConvergencePattern", "environment",
        ])
        let standard = ProgramDescription.standard
        let input = input() ?? standard.input
        let (format, output) = output() ?? (standard.outputFormat, standard.output)
        check(input, output, model: model)
        return ProgramDescription(
            command: command() ?? standard.command, input: input, outputFormat: format, output: output,
            successStatuses: statuses() ?? standard.successStatuses, warningPattern: pattern("warningPattern"),
            nonConvergencePattern: pattern("nonConvergencePattern"), environment: environment())
    }

    private func command() -> [PlaceholderText]? {
        guard entry.object["command"] != nil, let words = entry.texts("command") else { return nil }
        guard let program = words.first, !program.isEmpty else {
            entry.error("command", "the command names no program: write [\"octave-cli\", \"${model}\"]")
            return nil
        }
        return words.compactMap { placeholders($0, "command") }
    }

    private func placeholders(_ text: String, _ key: String) -> PlaceholderText? {
        do throws(PlaceholderText.Refusal) { return try PlaceholderText(text) } catch {
            entry.error(key, error.reason)
            return nil
        }
    }

    // MARK: input and output

    private func input() -> ProgramDescription.Input? {
        guard let input = entry.object("input", required: false) else { return nil }
        let format = input.optionalText("format", required: false) ?? "json"
        var known: Set = ["format", "file"]
        if format == "template" { known.insert("template") }
        if format == "arguments" { known.remove("file") }
        input.refuseOthers(than: known)
        func source(_ name: String) -> ProgramDescription.Source {
            let file = file(input, "file") ?? name
            return file == "stdin" ? .standardInput : .file(file)
        }
        switch format {
        case "json": return .json(source("inputs.json"))
        case "csv": return .csv(source("inputs.csv"))
        case "arguments": return .arguments
        case "template":
            guard input.field("template", required: true) != nil, input.field("file", required: true) != nil,
                let template = file(input, "template")
            else { return nil }
            return .template(file: template, source(""))
        default:
            let formats = ["json", "csv", "template", "arguments"]
            input.error(
                "format",
                "the format \"\(format)\" of inputs is none of \(formats.joined(separator: ", "))"
                    + Suggestion.hint(for: format, among: formats))
            return nil
        }
    }

    private func output() -> (ProgramDescription.OutputFormat, ProgramDescription.Target)? {
        guard let output = entry.object("output", required: false) else { return nil }
        let format = output.optionalText("format", required: false) ?? "json"
        output.refuseOthers(than: format == "csv" ? ["format", "file", "separator"] : ["format", "file"])
        func target(_ name: String) -> ProgramDescription.Target {
            let file = file(output, "file") ?? name
            return file == "stdout" ? .standardOutput : .file(file)
        }
        switch format {
        case "json": return (.json, target("outputs.json"))
        case "regex": return (.regex, target("stdout"))
        case "csv":
            let text = output.optionalText("separator", required: false) ?? ","
            let separator = CellSeparator(text)
            if separator == nil {
                output.error("separator", "the separator is one of \",\", \";\", \"\\t\" and \" \" (any blanks)")
            }
            return (.csv(separator ?? .comma), target("outputs.csv"))
        default:
            let formats = ["json", "csv", "regex"]
            output.error(
                "format",
                "the format \"\(format)\" of outputs is none of \(formats.joined(separator: ", "))"
                    + Suggestion.hint(for: format, among: formats))
            return nil
        }
    }

    /// The relative path of a file; nil when there is none or it leads out of the run's folder.
    private func file(_ object: ObjectReader, _ key: String) -> String? {
        guard let text = object.optionalText(key, required: false) else { return nil }
        let path = text.replacing("\\", with: "/")
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let isSafe =
            parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255 }
            && !path.unicodeScalars.contains { $0.properties.generalCategory == .control } && path.utf8.count < 2048
        guard isSafe else {
            object.error(
                key, "\"\(text)\" is no file of the run's folder; write a relative path such as case/inputs.json")
            return nil
        }
        return path
    }

    private func check(_ input: ProgramDescription.Input, _ output: ProgramDescription.Target, model: String) {
        let source: ProgramDescription.Source? =
            switch input {
            case .json(let source), .csv(let source), .template(_, let source): source
            case .arguments: nil
            }
        var written: [String] = []
        if case .file(let path)? = source { written.append(path) }
        if case .file(let path) = output { written.append(path) }
        if written.count == 2, written[0] == written[1] {
            entry.error(nil, "inputs and outputs are the same file, \(written[0])")
        }
        if written.contains(model) { entry.error(nil, "the model's file \(model) would be written over") }
        if case .template(let template, _) = input, written.contains(template) {
            entry.error("input", "the template \(template) would be written over; give the file another name")
        }
    }

    // MARK: the rest

    private func statuses() -> Set<Int32>? {
        guard entry.object["successStatuses"] != nil, let items = entry.array("successStatuses") else { return nil }
        let statuses = items.compactMap { item -> Int32? in
            guard let value = item.intValue, (0...255).contains(value) else { return nil }
            return Int32(value)
        }
        guard !statuses.isEmpty, statuses.count == items.count else {
            entry.error("successStatuses", "the field \"successStatuses\" is a list of numbers from 0 to 255")
            return nil
        }
        return Set(statuses)
    }

    private func pattern(_ key: String) -> TextPattern? {
        guard let text = entry.optionalText(key, required: false) else { return nil }
        do throws(TextPatternError) { return try TextPattern(text) } catch {
            entry.error(key, "\(error)")
            return nil
        }
    }

    private func environment() -> [String: PlaceholderText] {
        guard let object = entry.object("environment", required: false) else { return [:] }
        var environment: [String: PlaceholderText] = [:]
        for (name, value) in object.object {
            let isName =
                name.first?.isNumber == false
                && name.utf8.allSatisfy { byte in
                    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
                }
            guard isName, let text = value.stringValue else {
                object.error(name, "a variable of the environment is a name of letters, digits and _, and a text")
                continue
            }
            guard !["HOME", "TMPDIR"].contains(name), !name.hasPrefix("FOQUS_") else {
                object.error(name, "the variable \(name) of the environment is the run's own")
                continue
            }
            do throws(PlaceholderText.Refusal) { environment[name] = try PlaceholderText(text) } catch {
                object.error(name, error.reason)
            }
        }
        return environment
    }
}
