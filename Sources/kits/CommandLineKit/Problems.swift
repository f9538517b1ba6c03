extension CommandDescription {
    /// Contradictions in this description and those below it; empty for a sound one.
    public var problems: [String] { Lineage(self).problems }
}

extension Lineage {
    fileprivate var problems: [String] {
        var problems: [String] = []
        func note(_ problem: String) { problems.append("\(title): \(problem)") }

        for name in Self.repeated(options.flatMap { $0.isNegatable ? [$0.name, "no-" + $0.name] : [$0.name] }) {
            note("option --\(name) is described twice")
        }
        for short in Self.repeated(options.compactMap(\.short).map(String.init)) {
            note("option -\(short) is described twice")
        }
        if options.contains(where: { $0.name == "help" }) { note("--help is a standard option") }
        for option in options {
            if case .choices(let choices) = option.hint, let fallback = option.fallback, !choices.contains(fallback) {
                note("the default of --\(option.name) is none of its choices")
            }
        }
        for name in Self.repeated(command.subcommands.map(\.name)) { note("command \(name) is described twice") }
        for name in Self.repeated(command.positionals.map(\.name)) { note("argument \(name) is described twice") }
        for (earlier, later) in zip(command.positionals, command.positionals.dropFirst()) {
            if earlier.takesMany { note("argument \(later.name) follows \(earlier.name), which takes all") }
            if !earlier.isRequired && later.isRequired { note("argument \(later.name) follows an optional one") }
        }
        if command.positionals.dropFirst().contains(where: { $0.arity == .verbatim }) {
            note("has arguments before those that are passed on as they are")
        }
        if !command.subcommands.isEmpty && !command.positionals.isEmpty { note("has both commands and arguments") }
        if command.subcommands.isEmpty && command.run == nil { note("does nothing") }
        return problems + command.subcommands.flatMap { appending($0).problems }
    }

    private static func repeated(_ names: [String]) -> [String] {
        Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
    }
}
