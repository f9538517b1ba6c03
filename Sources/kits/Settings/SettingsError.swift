/// Everything that is wrong with the settings, so that a user can repair all of it at once.
public struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    public struct Problem: Sendable, Equatable, CustomStringConvertible {
        public enum Code: Sendable, Equatable {
            /// The file cannot be read, or is not text.
            case unreadable
            /// A line is neither a section nor a setting nor a comment.
            case syntax
            /// A value is not what its setting takes.
            case badValue
            /// A setting without a default is not set.
            case missing
            /// Nothing asks for the setting: most likely it is misspelt.
            case unknownKey
        }

        public let code: Code
        /// With the place: `/etc/foqus/worker.conf:7: [worker] slots = "x": expected a whole number`.
        public let description: String

        public init(code: Code, description: String) {
            self.code = code
            self.description = description
        }
    }

    public let problems: [Problem]

    public init(_ problems: [Problem]) {
        self.problems = problems
    }

    init(_ code: Problem.Code, _ description: String) {
        problems = [Problem(code: code, description: description)]
    }

    /// One problem a line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
