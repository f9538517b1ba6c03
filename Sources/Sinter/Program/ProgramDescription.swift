public import TextKit

/// How a program is told the inputs of a run and where it leaves its outputs: the object `program` of a configuration.
public struct ProgramDescription: Sendable, Hashable {
    /// Where a program gets its inputs from.
    public enum Source: Sendable, Hashable {
        /// A file in the folder that it runs in; a relative path without dots.
        case file(String)
        case standardInput
    }

    /// Where a program leaves its outputs.
    public enum Target: Sendable, Hashable {
        /// A file in the folder that it runs in; a relative path without dots.
        case file(String)
        case standardOutput

        /// For messages.
        public var name: String {
            switch self {
            case .file(let path): path
            case .standardOutput: "stdout"
            }
        }
    }

    public enum Input: Sendable, Hashable {
        /// An object; a path says where in it a value is.
        case json(Source)
        /// A line of names and one of values, or one for each time; a path is the name of a column.
        case csv(Source)
        /// A text of the simulation's, in which the values take the places of their names.
        case template(file: String, Source)
        /// Nothing but the arguments of the command.
        case arguments
    }

    public enum OutputFormat: Sendable, Hashable {
        /// A path says where in it a value is.
        case json
        /// A table under a line of names; a path is the name of a column.
        case csv(CellSeparator)
        /// Any text; a path is a pattern whose one group matches the value.
        case regex
    }

    /// The program and its arguments; never empty.
    public let command: [PlaceholderText]
    public let input: Input
    public let outputFormat: OutputFormat
    public let output: Target
    /// The exit statuses of a run whose outputs count.
    public let successStatuses: Set<Int32>
    /// What the program says when its results are to be looked at with care.
    public let warningPattern: TextPattern?
    /// What the program says when it found no solution, whatever its exit status.
    public let nonConvergencePattern: TextPattern?
    /// Added to the program's environment.
    public let environment: [String: PlaceholderText]

    /// The model's file is the program, told by JSON.
    static let standard = ProgramDescription(
        command: [PlaceholderText(pieces: [.text(Array("./".utf8)), .placeholder(.model)])],
        input: .json(.file("inputs.json")), outputFormat: .json, output: .file("outputs.json"), successStatuses: [0],
        warningPattern: nil, nonConvergencePattern: nil, environment: [:])
}

/// What is between the cells of a table.
public enum CellSeparator: Sendable, Hashable {
    /// As in comma-separated text, where cells may be quoted.
    case comma
    case semicolon
    case tab
    /// Any number of blanks and tabs.
    case blanks

    init?(_ text: String) {
        switch text {
        case ",": self = .comma
        case ";": self = .semicolon
        case "\t": self = .tab
        case " ": self = .blanks
        default: return nil
        }
    }
}

extension ProgramDescription {
    /// The simulation's own program that the command names, as a relative path; nil for a program of the machine.
    public func ownProgram(model: String) -> String? {
        guard case .text(let bytes)? = command.first?.pieces.first, command[0].pieces.count == 1 else { return nil }
        let word = String(decoding: bytes, as: UTF8.self)
        guard word.contains("/") ? !word.hasPrefix("/") : word == model else { return nil }
        return word.hasPrefix("./") ? String(word.dropFirst(2)) : word
    }
}
