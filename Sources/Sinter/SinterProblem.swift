public import TextKit

/// Something wrong with a configuration or a run, for the one who wrote it.
public struct SinterProblem: Sendable, Hashable, CustomStringConvertible {
    public enum Severity: String, Sendable, Hashable {
        /// It cannot be run like that.
        case error
        /// It can, but perhaps not as meant.
        case warning
    }

    public let severity: Severity
    /// Where it is written; nil for what came without a file.
    public let place: SourcePlace?
    /// The name of what it is about; nil for the whole.
    public let variable: String?
    /// The reason and, where there is one, the remedy.
    public let message: String

    public init(_ severity: Severity, place: SourcePlace?, variable: String? = nil, _ message: String) {
        self.severity = severity
        self.place = place
        self.variable = variable
        self.message = message
    }

    /// `flash.json, line 12, column 5: flash.T: the type "real" is not known`.
    public var description: String {
        [place?.description, variable, message].compactMap(\.self).joined(separator: ": ")
    }
}

/// A configuration, a run or a file of runs that is not usable.
public struct SinterError: Error, Sendable, Hashable, CustomStringConvertible {
    /// At least one of them an error.
    public let problems: [SinterProblem]

    public init(_ problems: [SinterProblem]) { self.problems = problems }

    init(place: SourcePlace?, variable: String? = nil, _ message: String) {
        problems = [SinterProblem(.error, place: place, variable: variable, message)]
    }

    public var errors: [SinterProblem] { problems.filter { $0.severity == .error } }

    /// The errors, a line each.
    public var description: String { errors.map(\.description).joined(separator: "\n") }
}

/// Collects what a reader finds, so that one reading tells all.
final class ProblemNotes {
    private(set) var problems: [SinterProblem] = []

    var hasErrors: Bool { problems.contains { $0.severity == .error } }

    /// Whether something is known to be wrong with a variable, so that what follows from it need not be told.
    func hasErrors(of name: String) -> Bool {
        problems.contains { $0.severity == .error && $0.variable.map(FoldedName.init) == FoldedName(name) }
    }

    func error(_ place: SourcePlace?, _ variable: String? = nil, _ message: String) {
        problems.append(SinterProblem(.error, place: place, variable: variable, message))
    }

    func warning(_ place: SourcePlace?, _ variable: String? = nil, _ message: String) {
        problems.append(SinterProblem(.warning, place: place, variable: variable, message))
    }

    /// Throws when there is an error; the warnings otherwise.
    func finish() throws(SinterError) -> [SinterProblem] {
        if hasErrors { throw SinterError(problems) }
        return problems
    }
}
