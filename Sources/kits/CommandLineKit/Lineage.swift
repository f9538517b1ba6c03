/// A command with the commands above it, whose options it inherits.
struct Lineage: Sendable {
    /// From the program down.
    let commands: [CommandDescription]

    init(_ root: CommandDescription) { commands = [root] }

    private init(commands: [CommandDescription]) { self.commands = commands }

    func appending(_ subcommand: CommandDescription) -> Lineage { Lineage(commands: commands + [subcommand]) }

    var command: CommandDescription { commands[commands.count - 1] }

    var isRoot: Bool { commands.count == 1 }

    var names: [String] { commands.map(\.name) }

    /// `foqusctl jobs list`
    var title: String { names.joined(separator: " ") }

    /// The command's options, then the inherited ones from the nearest outwards; hidden and standard ones included.
    var options: [OptionDescription] { commands.reversed().flatMap(\.options) + (isRoot ? [Generation.option] : []) }

    var inheritedOptions: [OptionDescription] { commands.dropLast().reversed().flatMap(\.options) }

    func option(_ name: String) -> OptionDescription? { options.first { $0.name == name } }

    func option(short: Character) -> OptionDescription? { options.first { $0.short == short } }

    /// Everything with two dashes that is understood here, for suggestions and completions.
    var longOptionWords: [String] {
        var words = options.filter { !$0.isHidden }.flatMap { option in
            ["--" + option.name] + (option.isNegatable ? ["--no-" + option.name] : [])
        }
        words.append("--help")
        if isRoot { words.append("--version") }
        return words
    }

    /// This lineage and all below it that are not hidden, parents first.
    var tree: [Lineage] { [self] + command.visibleSubcommands.flatMap { appending($0).tree } }

    /// What bash and fish offer where an argument may stand: they do not count arguments, so the first hint speaks for all.
    var operandHint: ValueHint {
        let names = command.visibleSubcommands.map(\.name)
        return names.isEmpty ? command.positionals.map(\.hint).first { $0 != .any } ?? .any : .choices(names)
    }

    var usage: String {
        var parts = [title]
        if !options.allSatisfy(\.isHidden) { parts.append("[OPTION...]") }
        if !command.visibleSubcommands.isEmpty { parts.append(command.run == nil ? "COMMAND" : "[COMMAND]") }
        parts += command.positionals.map(\.usage)
        return parts.joined(separator: " ")
    }
}
