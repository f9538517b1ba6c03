/// Which program runs a configuration, and in which version.
public struct SimulatorApplication: Sendable, Hashable {
    /// As the configuration has it.
    public let name: String
    /// Dotted numbers; empty for whatever is there.
    public let version: String
    public let constraint: Constraint

    public init(name: String, version: String = "", constraint: Constraint = .atLeast) {
        self.name = name
        self.version = version
        self.constraint = constraint
    }

    /// What the version means to the one that is installed.
    public enum Constraint: String, Sendable, Hashable, CaseIterable {
        case any = "ANY"
        case atLeast = "AT-LEAST"
        case required = "REQUIRED"
        case recommended = "RECOMMENDED"
    }
}

/// The kinds of simulators that configurations are for.
public enum SimulatorKind: String, Sendable, Hashable, CaseIterable {
    case excel = "Excel"
    case aspenPlus = "Aspen Plus"
    case aspenCustomModeler = "Aspen Custom Modeler"
    case gProms = "gPROMS"
    /// Any program, told its inputs as the application's settings say.
    case program
    case fmu = "FMU"

    /// By the name of an application; case and blanks do not count, and Turbine's names are known too.
    public init?(application name: String) {
        switch name.lowercased().filter({ !$0.isWhitespace }) {
        case "excel": self = .excel
        case "aspenplus": self = .aspenPlus
        case "aspencustommodeler", "acm": self = .aspenCustomModeler
        case "gproms": self = .gProms
        case "program": self = .program
        case "fmu": self = .fmu
        default: return nil
        }
    }

    /// By the ending of the model's file, in any case.
    public init?(modelFile name: String) {
        guard let dot = name.lastIndex(of: ".") else { return nil }
        switch name[name.index(after: dot)...].lowercased() {
        case "xls", "xlsx", "xlsm", "ods": self = .excel
        case "bkp", "apw", "apwz": self = .aspenPlus
        case "acmf": self = .aspenCustomModeler
        case "gencrypt": self = .gProms
        case "fmu": self = .fmu
        default: return nil
        }
    }

    /// The key of the model's file in documents of format 0.2, which is also the name of its staged file in Turbine.
    public var modelKey: String {
        switch self {
        case .excel: "spreadsheet"
        case .aspenPlus, .aspenCustomModeler: "aspenfile"
        case .gProms, .program, .fmu: "model"
        }
    }
}
