import JSONKit
import TextKit

extension SinterConfiguration {
    /// Reads a configuration of any format. Comments, trailing commas and a byte order mark are taken, as the original
    /// takes them.
    ///
    /// - Parameters:
    ///   - bytes: the file's content: UTF-8, or UTF-16 with a byte order mark.
    ///   - file: its name in messages.
    /// - Throws: all errors that there are, each with its line and variable.
    public static func read(_ bytes: [UInt8], file: String) throws(SinterError) -> SinterConfiguration {
        let text = SinterText(bytes, file: file)
        guard !text.isEmpty else { throw SinterError(place: text.place(offset: 0), "the configuration is empty") }
        guard text.looksLikeJSON else { return try TextConfigurationReader(text).configuration() }
        let root = try text.json()
        guard let object = root.objectValue else {
            throw SinterError(place: text.place([]), "a configuration is an object, not of type \(root.typeName)")
        }
        return try JSONConfigurationReader(object, text).configuration()
    }
}

/// Reads the formats 0.2 and 0.3.
private struct JSONConfigurationReader {
    private let root: ObjectReader
    private let text: SinterText
    private let notes = ProblemNotes()

    init(_ object: JSONObject, _ text: SinterText) {
        self.text = text
        root = ObjectReader(object: object, path: [], text: text, notes: notes)
    }

    func configuration() throws(SinterError) -> SinterConfiguration {
        let isThird = root.object["application"] != nil
        if text.isRepaired {
            notes.warning(nil, nil, "\(text.file) is not UTF-8; what could not be read is shown as \u{FFFD}")
        }
        checkFileType(isThird: isThird)
        let title = root.text("title")
        let description = root.text("description")
        let author = root.text("author")
        let date = root.text("date")
        let version = isThird ? root.text("config-version") : "0.0"
        let application = isThird ? application() : nil
        let model = isThird ? file(root.object("model", required: true)) : modelOfVersion2()
        let inputFiles = isThird ? inputFiles() : []
        let entry = root.object("program", required: false)
        let program = entry.map { ProgramReader($0).description(model: model?.path ?? "") }
        root.warnOfOthers(than: Self.known)
        let variables = VariableReader(text: text, notes: notes).variables(of: root)
        let tables = TableReader(notes: notes, variables: variables).tables(of: root)
        return try ConfigurationChecks(notes: notes, program: entry?.place(nil)).checked {
            (warnings: [SinterProblem]) in
            SinterConfiguration(
                format: isThird ? .version3 : .version2, title: title, description: description, author: author,
                date: date, version: version, application: application, model: model ?? .init(path: ""),
                inputFiles: inputFiles, variables: variables, tables: tables, warnings: warnings,
                program: program)
        }
    }

    private static let known: Set<String> = [
        "title", "description", "author", "date", "filetype", "version", "filetype-version", "config-version",
        "aspenfile", "spreadsheet", "model", "input-files", "simulationDescriptionFile", "application", "program",
        "settings",
        "inputs", "dynamic-inputs", "outputs", "dynamic-outputs", "inputTables", "outputTables",
    ]

    /// Format 0.2 has always been held to its names, format 0.3 never.
    private func checkFileType(isThird: Bool) {
        let type = root.optionalText("filetype", required: true)
        let key = isThird ? "filetype-version" : "version"
        let version = root.number(key)
        if let type, type != "sinterconfig" {
            let message = "the filetype is \"\(type)\", not \"sinterconfig\""
            isThird ? root.warning("filetype", message) : root.error("filetype", message)
        }
        if isThird, let version, version != 0.3 {
            root.warning(key, "the version of the format is \(version), and 0.3 is what is understood")
        } else if !isThird, let version, version != 0.2 {
            root.error(key, "the version of the format is \(version); without \"application\" it must be 0.2")
        }
    }

    private func application() -> SimulatorApplication? {
        guard let entry = root.object("application", required: true) else { return nil }
        entry.warnOfOthers(than: ["name", "version", "constraint"])
        let name = entry.text("name")
        if !name.isEmpty, SimulatorKind(application: name) == nil {
            let hint = Suggestion.hint(for: name, among: SimulatorKind.allCases.map(\.rawValue))
            entry.warning("name", "the application \"\(name)\" is not known\(hint)")
        }
        let word = entry.optionalText("constraint", required: false)
        let constraint = SimulatorApplication.Constraint(rawValue: (word ?? "AT-LEAST").uppercased())
        if constraint == nil {
            let words = SimulatorApplication.Constraint.allCases.map(\.rawValue)
            entry.error("constraint", "the constraint \"\(word ?? "")\" is none of \(words.joined(separator: ", "))")
        }
        return SimulatorApplication(
            name: name, version: entry.optionalText("version", required: false) ?? "",
            constraint: constraint ?? .atLeast)
    }

    /// The first of the three keys, as the original looks for them.
    private func modelOfVersion2() -> SinterConfiguration.File? {
        let keys = ["aspenfile", "spreadsheet", "model"]
        guard let key = keys.first(where: { root.object[$0] != nil }) else {
            root.error(nil, "the model's file is missing: one of the fields \"aspenfile\", \"spreadsheet\", \"model\"")
            return nil
        }
        let path = root.text(key)
        if path.isEmpty, root.object[key]?.isNull != false || root.object[key]?.stringValue != nil {
            root.error(key, "the model's file has no name")
        }
        return SinterConfiguration.File(path: Self.slashed(path))
    }

    private func file(_ entry: ObjectReader?) -> SinterConfiguration.File? {
        guard let entry else { return nil }
        entry.warnOfOthers(than: ["file", "DigestValue", "SignatureMethodAlgorithm"])
        let path = entry.text("file")
        if path.isEmpty, entry.object["file"]?.stringValue != nil { entry.error("file", "the file has no name") }
        let algorithm = entry.optionalText("SignatureMethodAlgorithm", required: false)
        let digest = entry.optionalText("DigestValue", required: false)
        return SinterConfiguration.File(
            path: Self.slashed(path), sha1: algorithm?.lowercased() == "sha1" ? digest?.lowercased() : nil)
    }

    private func inputFiles() -> [SinterConfiguration.File] {
        (root.array("input-files") ?? []).enumerated().compactMap { index, item in
            guard let object = item.objectValue else {
                root.error("input-files", "each of the input-files must be an object with the field \"file\"")
                return nil
            }
            return file(
                ObjectReader(
                    object: object, path: [.key("input-files"), .index(index)], text: text, notes: notes))
        }
    }

    private static func slashed(_ path: String) -> String { path.replacing("\\", with: "/") }
}
