/// What `--help` prints.
struct HelpText {
    private let lineage: Lineage
    private let width: Int

    init(_ lineage: Lineage, width: Int) {
        self.lineage = lineage
        self.width = width
    }

    var text: String {
        let command = lineage.command
        var sections = [["\(lineage.title) - \(command.summary)"], usage]
        sections.append(TextLayout.wrap(command.discussion, width: width))
        sections.append(section("Commands", command.visibleSubcommands.map { ($0.name, $0.summary) }))
        sections.append(section("Arguments", command.positionals.map { ($0.name, Self.summary($0)) }))
        sections.append(section("Options", (command.options + Self.standard(lineage)).filter { !$0.isHidden }.map(row)))
        sections.append(section("General options", lineage.inheritedOptions.filter { !$0.isHidden }.map(row)))
        sections.append(examples)
        sections.append(section("Environment", command.environment.map { ($0.term, $0.text) }))
        sections.append(section("Exit status", command.exitStatuses.map { ($0.term, $0.text) }))
        if !command.visibleSubcommands.isEmpty {
            sections.append(
                TextLayout.wrap("'\(lineage.title) COMMAND --help' tells more about a command.", width: width))
        }
        return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    private var usage: [String] {
        let hang = "       "
        let lines = TextLayout.wrap(lineage.usage, width: width - hang.count)
        return lines.enumerated().map { ($0 == 0 ? "Usage: " : hang) + $1 }
    }

    private var examples: [String] {
        guard !lineage.command.examples.isEmpty else { return [] }
        return ["Examples:"]
            + lineage.command.examples.flatMap { example in
                ["  " + example.commandLine] + TextLayout.wrap(example.text, width: width, indent: 6)
            }
    }

    private func section(_ title: String, _ rows: [(term: String, text: String)]) -> [String] {
        rows.isEmpty ? [] : [title + ":"] + TextLayout.columns(rows, width: width)
    }

    private func row(_ option: OptionDescription) -> (term: String, text: String) {
        let short = option.short.map { "-\($0), " } ?? "    "
        let name = option.isNegatable ? "--[no-]\(option.name)" : "--\(option.name)"
        return (short + name + (option.placeholder.map { " " + $0 } ?? ""), option.fullSummary)
    }

    static func summary(_ positional: PositionalDescription) -> String {
        guard case .choices(let choices) = positional.hint else { return positional.summary }
        return positional.summary + " (one of " + choices.joined(separator: ", ") + ")"
    }

    /// The options that need no description.
    static func standard(_ lineage: Lineage) -> [OptionDescription] {
        let help = OptionDescription.flag(
            "help", short: lineage.option(short: "h") == nil ? "h" : nil, "show this help and exit")
        return lineage.isRoot ? [help, .flag("version", "show the version and exit")] : [help]
    }
}
