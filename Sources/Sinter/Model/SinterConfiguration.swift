/// What a Sinter configuration says: which model, which of its variables are inputs and outputs, and where they are.
public struct SinterConfiguration: Sendable, Hashable {
    public enum Format: String, Sendable, Hashable {
        /// Lines of fields separated by `|`.
        case text = "0.1"
        case version2 = "0.2"
        case version3 = "0.3"
    }

    /// A file that belongs to the model.
    public struct File: Sendable, Hashable {
        /// Relative to the configuration; the separators of Windows are slashes here.
        public let path: String
        /// SHA-1 in lower-case hexadecimal digits. Tells who edited the model; nobody refuses to run another.
        public let sha1: String?

        public init(path: String, sha1: String? = nil) {
            self.path = path
            self.sha1 = sha1
        }
    }

    public let format: Format
    public let title: String
    public let description: String
    public let author: String
    /// Free text.
    public let date: String
    /// Of the configuration itself, dotted numbers; "0.0" where the format has none.
    public let version: String
    public let application: SimulatorApplication?
    public let model: File
    public let inputFiles: [File]
    /// Settings, inputs, dynamic inputs, outputs, dynamic outputs: each group in the order of the file.
    public internal(set) var variables: [SinterVariable]
    public let tables: [SinterTable]
    /// What is odd about it but does not keep it from running.
    public let warnings: [SinterProblem]
    /// By the application's name, else by the object `program`, else by the ending of the model's file.
    public let simulator: SimulatorKind?
    /// How the program is run that the configuration is for; nil when it is for another simulator.
    public let program: ProgramDescription?

    private let index: [FoldedName: Int]

    init(
        format: Format, title: String, description: String, author: String, date: String, version: String,
        application: SimulatorApplication?, model: File, inputFiles: [File], variables: [SinterVariable],
        tables: [SinterTable], warnings: [SinterProblem],
        program: ProgramDescription? = nil
    ) {
        self.format = format
        self.title = title
        self.description = description
        self.author = author
        self.date = date
        self.version = version
        self.application = application
        self.model = model
        self.inputFiles = inputFiles
        self.tables = tables
        self.warnings = warnings
        let kind = application.flatMap { SimulatorKind(application: $0.name) }
        simulator = kind ?? (program == nil ? SimulatorKind(modelFile: model.path) : .program)
        self.program = simulator == .program ? program ?? .standard : nil
        self.variables = SinterVariable.Role.order.flatMap { role in variables.filter { $0.role == role } }
        let names = self.variables.map { FoldedName($0.name) }
        index = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
    }

    /// The variable of that name in any case.
    public func variable(_ name: String) -> SinterVariable? { index[FoldedName(name)].map { variables[$0] } }

    public func variables(_ role: SinterVariable.Role) -> [SinterVariable] { variables.filter { $0.role == role } }

    /// Outputs and dynamic outputs, in the order of documents.
    public var outputs: [SinterVariable] { variables.filter { !$0.isGiven } }

    public var isDynamic: Bool { variables.contains(where: \.isDynamic) }

    /// The key of the model's file in documents of format 0.2.
    public var modelKey: String { simulator?.modelKey ?? "aspenfile" }

    func table(_ name: String) -> SinterTable? { tables.first { FoldedName($0.name) == FoldedName(name) } }
}

extension SinterVariable.Role {
    static let order: [Self] = [.setting, .input, .dynamicInput, .output, .dynamicOutput]
}

/// Variables laid out in rows and columns. Its cells are variables of their own; `name[row,column]` means one.
public struct SinterTable: Sendable, Hashable {
    public let name: String
    public let description: String
    public let rows: [String]
    public let columns: [String]
    /// The names of variables, by rows.
    public let cells: [[String]]
}
