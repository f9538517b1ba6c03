import FOQUSModel
import JSONKit
import Threading

/// A file of jobs as the command line names it.
struct InputOptions: Sendable, Hashable {
    /// `-` for standard input.
    var path: String
    /// `json` or `csv`; nil to go by the file's ending.
    var format: String?

    private static let sizeLimit = 1 << 30

    /// Reads and checks all jobs; nothing has been sent when it throws.
    func jobs(_ template: JobTemplate, _ context: CommandContext) async throws(ControlError) -> [JSONObject] {
        let isStandardInput = path == "-"
        let name = isStandardInput ? "standard input" : path
        let format = try TableFormat.of("input file", path: path, option: format, flag: "--input-format")
        let console = context.console
        let path = path
        return try await context.files.run { () throws(ControlError) in
            let bytes = try isStandardInput ? console.input(limit: Self.sizeLimit) : LocalFiles.read(path)
            return try format.jobs(bytes, file: name, template: template)
        }
    }
}
