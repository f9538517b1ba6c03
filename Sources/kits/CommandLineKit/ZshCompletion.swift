/// A completion script for zsh: one function a command, built on `_arguments` (zshcompsys(1)).
struct ZshCompletion {
    private let root: Lineage

    init(_ root: Lineage) { self.root = root }

    var text: String {
        let name = root.command.name
        // Sourced by the completion system, the file is the body of its own function at the first use.
        return "#compdef \(name)\n\n" + root.tree.map(function).joined(separator: "\n")
            + "\nif [[ ${funcstack[1]} == \(identifier(root)) ]]; then\n    \(identifier(root)) \"$@\"\n"
            + "else\n    compdef \(identifier(root)) \(name)\nfi\n"
    }

    private func identifier(_ lineage: Lineage) -> String {
        "_" + ShellNames.identifier(lineage.names.joined(separator: "_"))
    }

    private func function(_ lineage: Lineage) -> String {
        let subcommands = lineage.command.visibleSubcommands
        var specifications = (lineage.options + HelpText.standard(lineage)).filter { !$0.isHidden }.flatMap(option)
        if subcommands.isEmpty {
            specifications += lineage.command.positionals.map(positional)
        } else {
            specifications += ["'1:command:->command'", "'*::argument:->argument'"]
        }
        var lines = ["\(identifier(lineage))() {"]
        if !subcommands.isEmpty { lines.append("    local curcontext=\"$curcontext\" state line") }
        lines.append("    _arguments -s -S\(subcommands.isEmpty ? "" : " -C") \\")
        lines.append(specifications.map { "        " + $0 }.joined(separator: " \\\n"))
        if !subcommands.isEmpty { lines += dispatch(lineage, subcommands) }
        return lines.joined(separator: "\n") + "\n}\n"
    }

    private func dispatch(_ lineage: Lineage, _ subcommands: [CommandDescription]) -> [String] {
        let names = subcommands.map { ShellNames.quoted(Self.escaped($0.name) + ":" + $0.summary) }
        return ["    case $state in", "        command)", "            local -a commands=("]
            + names.map { "                " + $0 }
            + [
                "            )", "            _describe -t commands command commands;;", "        argument)",
                "            case ${line[1]} in",
            ]
            + subcommands.map { "                \($0.name)) \(identifier(lineage.appending($0)));;" }
            + ["            esac;;", "    esac"]
    }

    private func option(_ option: OptionDescription) -> [String] {
        let value = option.placeholder.map { ":\(Self.escaped($0)):\(action(option.hint))" } ?? ""
        let names = ["--" + option.name] + (option.short.map { ["-\($0)"] } ?? [])
        let exclusive = option.isRepeatable ? "*" : names.count > 1 ? "(\(names.joined(separator: " ")))" : ""
        let text = "[\(Self.escaped(option.summary))]"
        var specifications = names.map { name in
            let assigned = option.takesValue ? (name.hasPrefix("--") ? "=" : "+") : ""
            return ShellNames.quoted(exclusive + name + assigned + text + value)
        }
        if option.isNegatable { specifications.append(ShellNames.quoted("--no-\(option.name)\(text)")) }
        return specifications
    }

    private func positional(_ positional: PositionalDescription) -> String {
        let place = positional.takesMany ? "*:" : positional.isRequired ? ":" : "::"
        return ShellNames.quoted("\(place)\(Self.escaped(positional.name)):\(action(positional.hint))")
    }

    private func action(_ hint: ValueHint) -> String {
        switch hint {
        case .any: " "
        case .file: "_files"
        case .directory: "_files -/"
        case .choices(let choices): "(" + choices.map(Self.escaped).joined(separator: " ") + ")"
        }
    }

    /// Colons and brackets divide a specification.
    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            if "\\:[]()".contains(character) { escaped += "\\" }
            escaped.append(character)
        }
    }
}
