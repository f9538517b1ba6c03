import JSONKit

/// How a file of inputs or results is written.
enum TableFormat: String, Sendable, Hashable, CaseIterable {
    case json
    case csv

    /// By the ending of a file's name.
    init?(path: String) {
        guard let dot = path.lastIndex(of: ".") else { return nil }
        self.init(rawValue: path[path.index(after: dot)...].lowercased())
    }

    /// What an option says, else the file's ending; `what` names the file in the error.
    ///
    /// - Parameter flag: the option's name, for the remedy.
    static func of(
        _ what: String, path: String, option: String?, flag: String
    ) throws(ControlError) -> TableFormat {
        if let option {
            guard let format = TableFormat(rawValue: option) else {
                throw ControlError(.usage, "the format \"\(option)\" is not known. Formats: json, csv.")
            }
            return format
        }
        guard let format = TableFormat(path: path) else {
            throw ControlError(
                .usage, "the \(what) \(path) ends neither in .json nor in .csv. Say what it is with \(flag) json|csv.")
        }
        return format
    }

    /// Reads the jobs of a file. `file` is its name in messages.
    func jobs(_ bytes: [UInt8], file: String, template: JobTemplate) throws(ControlError) -> [JSONObject] {
        let jobs =
            switch self {
            case .json: try JSONInputs.jobs(bytes, file: file, template: template)
            case .csv: try CSVInputs.jobs(bytes, file: file, template: template)
            }
        guard !jobs.isEmpty else { throw ControlError(.input, "\(file): the file holds no job") }
        return jobs
    }
}
