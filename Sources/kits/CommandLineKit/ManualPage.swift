/// The manual page in the man(7) macros, all subcommands included.
struct ManualPage {
    private let program: Program
    private var root: CommandDescription { program.description }

    init(_ program: Program) { self.program = program }

    var text: String {
        var lines = [
            ".TH \(Self.quoted(root.name.uppercased())) \(program.manualSection) \"\(program.manualDate)\" "
                + "\(Self.quoted("\(root.name) \(program.version)")) \"\"",
            ".SH NAME", "\(Self.escaped(root.name)) \\- \(Self.escaped(root.summary))",
            ".SH SYNOPSIS",
        ]
        let tree = Lineage(root).tree
        lines += tree.filter { $0.command.run != nil }.map(synopsis).joined(separator: [".br"])
        if !root.discussion.isEmpty { lines += [".SH DESCRIPTION"] + Self.paragraphs(root.discussion) }
        if !root.positionals.isEmpty { lines += [".SH ARGUMENTS"] + root.positionals.flatMap(argument) }
        lines += [".SH OPTIONS"] + options(tree[0])
        if tree.count > 1 { lines += [".SH COMMANDS"] + tree.dropFirst().flatMap(subcommand) }
        lines += terms("EXIT STATUS", tree.flatMap { $0.command.exitStatuses })
        lines += terms("ENVIRONMENT", tree.flatMap { $0.command.environment })
        let examples = tree.flatMap { $0.command.examples }
        if !examples.isEmpty { lines += [".SH EXAMPLES"] + examples.map(example).joined(separator: [".PP"]) }
        if !root.seeAlso.isEmpty { lines += [".SH SEE ALSO"] + seeAlso }
        return lines.joined(separator: "\n") + "\n"
    }

    private func synopsis(_ lineage: Lineage) -> [String] {
        ["\\fB\(Self.escaped(lineage.title))\\fR\(Self.escaped(String(lineage.usage.dropFirst(lineage.title.count))))"]
    }

    private func subcommand(_ lineage: Lineage) -> [String] {
        let command = lineage.command
        guard command.run != nil else { return [] }
        var lines = [".SS \(Self.quoted(String(lineage.usage)))", Self.sentence(command.summary)]
        if !command.discussion.isEmpty { lines += [".PP"] + Self.paragraphs(command.discussion) }
        lines += command.positionals.flatMap(argument)
        // What a group above adds is listed with each of its commands: a reader looks a command up, not a group.
        let shared = lineage.commands.dropFirst().dropLast().flatMap(\.options)
        return lines + (command.options + shared).filter { !$0.isHidden }.flatMap(option)
    }

    private func options(_ lineage: Lineage) -> [String] {
        (lineage.command.options + HelpText.standard(lineage)).filter { !$0.isHidden }.flatMap(option)
    }

    private func option(_ option: OptionDescription) -> [String] {
        let name = option.isNegatable ? "--[no-]\(option.name)" : "--\(option.name)"
        let short = option.short.map { "\\fB\(Self.escaped("-\($0)"))\\fR, " } ?? ""
        let placeholder = option.placeholder.map { " \\fI\(Self.escaped($0))\\fR" } ?? ""
        return [".TP", "\(short)\\fB\(Self.escaped(name))\\fR\(placeholder)", Self.sentence(option.fullSummary)]
    }

    private func argument(_ positional: PositionalDescription) -> [String] {
        [".TP", "\\fI\(Self.escaped(positional.usage))\\fR", Self.sentence(HelpText.summary(positional))]
    }

    private func terms(_ title: String, _ terms: [CommandDescription.Term]) -> [String] {
        var seen: Set<String> = []
        let unique = terms.filter { seen.insert($0.term + "\u{0}" + $0.text).inserted }
        guard !unique.isEmpty else { return [] }
        return [".SH \(title)"]
            + unique.flatMap { [".TP", "\\fB\(Self.escaped($0.term))\\fR", Self.sentence($0.text)] }
    }

    private func example(_ example: CommandDescription.Example) -> [String] {
        [Self.sentence(example.text), ".PP", ".RS 4", ".nf", Self.line(example.commandLine), ".fi", ".RE"]
    }

    private var seeAlso: [String] {
        root.seeAlso.enumerated().map { index, page in
            let parts = page.split(separator: "(", maxSplits: 1)
            let comma = index < root.seeAlso.count - 1 ? "," : ""
            return ".BR \(Self.escaped(String(parts[0]))) "
                + Self.escaped(parts.count > 1 ? "(\(parts[1])\(comma)" : comma)
        }
    }

    private static func paragraphs(_ text: String) -> [String] {
        let blocks = TextLayout.blocks(text)
        var lines: [String] = []
        for (index, block) in blocks.enumerated() {
            switch block {
            case .empty: if index + 1 < blocks.count { lines.append(".PP") }
            case .paragraph(let words): lines.append(line(words.joined(separator: " ")))
            case .verbatim(let verbatim): lines += [".nf", line(verbatim), ".fi"]
            }
        }
        return lines
    }

    /// Summaries have neither capital nor full stop; a manual's sentences do.
    private static func sentence(_ text: String) -> String {
        let capital = text.prefix(1).uppercased() + text.dropFirst()
        return line(capital.hasSuffix(".") || capital.isEmpty ? capital : capital + ".")
    }

    /// A line of text: `.` and `'` in the first column would be a request.
    private static func line(_ text: String) -> String {
        let escaped = escaped(text)
        return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
    }

    private static func quoted(_ text: String) -> String {
        "\"" + escaped(text).split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\(dq") + "\""
    }

    /// Dashes and quotes stay ASCII, so that examples can be copied.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\\": escaped += "\\e"
            case "-": escaped += "\\-"
            case "'": escaped += "\\(aq"
            case "`": escaped += "\\(ga"
            case "^": escaped += "\\(ha"
            case "~": escaped += "\\(ti"
            case "\n": escaped += " "
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
