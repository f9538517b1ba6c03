import TextKit

/// Reads a command line by a description.
struct Parser {
    enum Outcome {
        case run(CommandDescription.Handler, ParsedArguments)
        /// Help on the command at the end of the lineage.
        case help(Lineage)
        case version
        case generate(Generation)
    }

    private var lineage: Lineage
    private var arguments: [String]
    private var next = 0
    private var flags: [String: Bool] = [:]
    private var optionValues: [String: [String]] = [:]
    private var operands: [String] = []
    private var wantsHelp = false

    private init(_ root: CommandDescription, _ arguments: [String]) {
        lineage = Lineage(root)
        self.arguments = arguments
    }

    /// - Parameter arguments: without the program's name.
    /// - Throws: `ParseFailure`, which knows how far the command was understood.
    static func parse(_ root: CommandDescription, _ arguments: [String]) throws(ParseFailure) -> Outcome {
        var parser = Parser(root, arguments)
        do throws(CommandLineError) {
            return try parser.parse()
        } catch {
            throw ParseFailure(error: error, lineage: parser.lineage)
        }
    }

    private mutating func parse() throws(CommandLineError) -> Outcome {
        while next < arguments.count {
            let argument = arguments[next]
            next += 1
            if takesVerbatim, !["--help", "-h", "--"].contains(argument) {
                operands = Array(arguments[(next - 1)...])
                break
            }
            if argument == "--" {
                for operand in arguments[next...] { try take(operand: operand) }
                break
            }
            if isVersion(argument) { return .version }
            try take(argument)
        }
        if wantsHelp { return .help(lineage) }
        if let generation { return .generate(generation) }
        return try finish()
    }

    private mutating func take(_ argument: String) throws(CommandLineError) {
        if argument == "--help" || argument == "-h" && lineage.option(short: "h") == nil {
            wantsHelp = true
        } else if argument.hasPrefix("--") {
            try takeLong(argument)
        } else if argument.hasPrefix("-"), argument != "-", !isNegativeNumber(argument) {
            try takeShort(argument)
        } else {
            try take(operand: argument)
        }
    }

    /// Whether what follows is for another program. Only help is asked of this one, and only at once.
    private var takesVerbatim: Bool { lineage.command.positionals.first?.arity == .verbatim }

    private var generation: Generation? {
        optionValues[Generation.option.name]?.last.flatMap(Generation.init(rawValue:))
    }

    /// `--version` counts before any subcommand only, so that commands may have an option of that name.
    private func isVersion(_ argument: String) -> Bool {
        argument == "--version" && lineage.isRoot && lineage.option("version") == nil
    }

    private mutating func takeLong(_ argument: String) throws(CommandLineError) {
        let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        let inline = parts.count > 1 ? String(parts[1]) : nil
        if let option = lineage.option(name) {
            try take(option, shown: "--" + name, inline: inline)
        } else if name.hasPrefix("no-"), let option = lineage.option(String(name.dropFirst(3))), option.isNegatable {
            guard inline == nil else { throw CommandLineError("option '--\(name)' takes no value") }
            flags[option.name] = false
        } else {
            throw CommandLineError(
                "unknown option '--\(name)'" + Suggestion.hint(for: "--" + name, among: lineage.longOptionWords))
        }
    }

    /// `-v`, `-vq` (flags), `-p80` and `-p 80`.
    private mutating func takeShort(_ argument: String) throws(CommandLineError) {
        var rest = argument.dropFirst()
        while let letter = rest.popFirst() {
            guard let option = lineage.option(short: letter) else {
                throw CommandLineError("unknown option '-\(letter)'" + (argument.count > 2 ? " in '\(argument)'" : ""))
            }
            guard option.takesValue, !rest.isEmpty else {
                try take(option, shown: "-\(letter)", inline: nil)
                continue
            }
            return try take(option, shown: "-\(letter)", inline: String(rest))
        }
    }

    private mutating func take(
        _ option: OptionDescription, shown: String, inline: String?
    ) throws(CommandLineError) {
        guard option.takesValue else {
            guard inline == nil else { throw CommandLineError("option '\(shown)' takes no value") }
            flags[option.name] = true
            return
        }
        let value: String
        if let inline { value = inline } else { value = try nextValue(of: option, shown: shown) }
        try Self.check(value, option.hint, "option '\(shown)'")
        optionValues[option.name, default: []].append(value)
    }

    private mutating func nextValue(of option: OptionDescription, shown: String) throws(CommandLineError) -> String {
        let missing = "option '\(shown)' needs a value \(option.placeholder ?? "")"
        guard next < arguments.count else { throw CommandLineError(missing) }
        let value = arguments[next]
        guard !value.hasPrefix("-") || value == "-" || Self.isNumber(value) else {
            throw CommandLineError("\(missing); one that begins with a dash is written '--\(option.name)=\(value)'")
        }
        next += 1
        return value
    }

    /// The first operands choose subcommands as long as there are any.
    private mutating func take(operand: String) throws(CommandLineError) {
        let command = lineage.command
        guard !command.subcommands.isEmpty else { return operands.append(operand) }
        if let subcommand = command.subcommands.first(where: { $0.name == operand }) {
            lineage = lineage.appending(subcommand)
        } else if operand == "help" {
            wantsHelp = true
        } else {
            throw CommandLineError(
                "unknown command '\(operand)'"
                    + Suggestion.hint(for: operand, among: command.visibleSubcommands.map(\.name)))
        }
    }

    private func finish() throws(CommandLineError) -> Outcome {
        let command = lineage.command
        guard let run = command.run else {
            throw CommandLineError(
                "a command is missing; one of " + command.visibleSubcommands.map(\.name).joined(separator: ", "))
        }
        var parsed = ParsedArguments(path: lineage.names, options: lineage.options, positionals: command.positionals)
        parsed.flags = flags
        parsed.optionValues = optionValues
        parsed.positionalValues = try assign(operands[...], to: command.positionals[...])
        return .run(run, parsed)
    }

    private func assign(
        _ operands: ArraySlice<String>, to positionals: ArraySlice<PositionalDescription>
    ) throws(CommandLineError) -> [String: [String]] {
        var (operands, assigned) = (operands, [String: [String]]())
        for positional in positionals {
            let taken = positional.takesMany ? operands : operands.prefix(1)
            if taken.isEmpty && positional.isRequired { throw CommandLineError("missing argument \(positional.name)") }
            for value in taken { try Self.check(value, positional.hint, "argument \(positional.name)") }
            assigned[positional.name] = Array(taken)
            operands = operands.dropFirst(taken.count)
        }
        if let extra = operands.first { throw CommandLineError("unexpected argument '\(extra)'") }
        return assigned
    }

    private static func check(_ value: String, _ hint: ValueHint, _ place: String) throws(CommandLineError) {
        guard case .choices(let choices) = hint, !choices.contains(value) else { return }
        throw CommandLineError(
            "'\(value)' is not a value of \(place), which is one of \(choices.joined(separator: ", "))"
                + Suggestion.hint(for: value, among: choices))
    }

    private func isNegativeNumber(_ argument: String) -> Bool {
        Self.isNumber(argument) && lineage.option(short: argument.dropFirst().first!) == nil
    }

    private static func isNumber(_ text: String) -> Bool {
        text.dropFirst().first.map { $0.isNumber || $0 == "." } == true && Double(text) != nil
    }
}

/// A command line that was not understood, and the command it was about.
struct ParseFailure: Error {
    let error: CommandLineError
    let lineage: Lineage
}
