/// What a command line said, checked against its description.
///
/// Asking for a name that the command does not have is a mistake of the program and traps.
public struct ParsedArguments: Sendable {
    /// The names that led to the command, the program's first.
    public let path: [String]
    /// The command's own options and those it inherits.
    let options: [OptionDescription]
    let positionals: [PositionalDescription]
    var flags: [String: Bool] = [:]
    var optionValues: [String: [String]] = [:]
    var positionalValues: [String: [String]] = [:]

    init(path: [String], options: [OptionDescription], positionals: [PositionalDescription]) {
        self.path = path
        self.options = options
        self.positionals = positionals
    }

    /// Whether the flag was given (and not taken back by `--no-name`).
    public func flag(_ name: String) -> Bool { flagIfGiven(name) ?? false }

    /// True for `--name`, false for `--no-name`, nil for neither; the last one stands.
    public func flagIfGiven(_ name: String) -> Bool? {
        precondition(option(name).takesValue == false, "--\(name) is no flag")
        return flags[name]
    }

    /// The option's last value, or its default.
    public func value(_ name: String) -> String? { valueIfGiven(name) ?? option(name).fallback }

    /// The option's last value; nil when only its default would stand.
    public func valueIfGiven(_ name: String) -> String? {
        precondition(option(name).takesValue, "--\(name) is a flag")
        return optionValues[name]?.last
    }

    /// All values of a repeated option, in order.
    public func values(_ name: String) -> [String] {
        precondition(option(name).takesValue, "--\(name) is a flag")
        return optionValues[name] ?? []
    }

    /// The option's value as a whole number, or its default as such.
    /// - Throws: when it is none or out of range, naming the option.
    public func int(_ name: String, in range: ClosedRange<Int> = Int.min...Int.max) throws(CommandLineError) -> Int? {
        let bounds = range == Int.min...Int.max ? "" : " from \(range.lowerBound) to \(range.upperBound)"
        return try value(name, expected: "a whole number\(bounds)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// The option's value, or its default, converted.
    /// - Parameters:
    ///   - expected: what the value should be, for the error: "a duration such as 30s".
    ///   - convert: nil when the text is not acceptable.
    public func value<Value>(
        _ name: String, expected: String, convert: (String) -> Value?
    ) throws(CommandLineError) -> Value? {
        guard let text = value(name) else { return nil }
        guard let value = convert(text) else {
            throw CommandLineError("the value '\(text)' of option '--\(name)' is not \(expected)")
        }
        return value
    }

    /// The argument of that name; nil when it is optional and absent.
    public func positional(_ name: String) -> String? { positionals(name).first }

    /// The argument of that name, which the description requires.
    public func required(_ name: String) -> String {
        guard let text = positional(name) else { preconditionFailure("\(name) is not required by its description") }
        return text
    }

    /// The arguments of that name, in order.
    public func positionals(_ name: String) -> [String] {
        precondition(positionals.contains { $0.name == name }, "\(path.joined(separator: " ")) has no argument \(name)")
        return positionalValues[name] ?? []
    }

    private func option(_ name: String) -> OptionDescription {
        guard let option = options.first(where: { $0.name == name }) else {
            preconditionFailure("\(path.joined(separator: " ")) has no option --\(name)")
        }
        return option
    }
}
