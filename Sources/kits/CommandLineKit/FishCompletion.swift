/// A completion script for fish: one `complete` line for each thing that can be said, under the condition of its command.
struct FishCompletion {
    private let root: Lineage

    init(_ root: Lineage) { self.root = root }

    private var name: String { root.command.name }
    private var condition: String { "__\(ShellNames.identifier(name))_at" }

    var text: String {
        let paths = root.tree.dropFirst().map { Self.quoted($0.title) }.joined(separator: " ")
        return """
            # fish completion for \(name)
            function \(condition) --description 'Whether the command line has got to this command'
                set -l path \(name)
                for word in (commandline -opc)[2..-1]
                    if contains -- "$path $word" \(paths)
                        set path "$path $word"
                    end
                end
                test "$path" = "$argv"
            end
            complete -c \(name) -f

            """ + root.tree.flatMap(lines).joined(separator: "\n") + "\n"
    }

    private func lines(_ lineage: Lineage) -> [String] {
        let prefix = "complete -c \(name) -n \(Self.quoted("\(condition) \(lineage.title)"))"
        let options = (lineage.options + HelpText.standard(lineage)).filter { !$0.isHidden }.flatMap { option in
            let short = option.short.map { " -s \($0)" } ?? ""
            let text = " -d \(Self.quoted(option.summary))"
            return ["\(prefix) -l \(option.name)\(short)\(option.takesValue ? action(option.hint) : "")\(text)"]
                + (option.isNegatable ? ["\(prefix) -l no-\(option.name)\(text)"] : [])
        }
        let commands = lineage.command.visibleSubcommands.map {
            "\(prefix) -a \(Self.quoted($0.name)) -d \(Self.quoted($0.summary))"
        }
        return options + commands + operands(lineage).map { prefix + $0 }
    }

    private func operands(_ lineage: Lineage) -> [String] {
        guard lineage.command.visibleSubcommands.isEmpty else { return [] }
        return switch lineage.operandHint {
        case .any: []
        case .file: [" -F"]
        case .directory: [" -a '(__fish_complete_directories)'"]
        case .choices(let choices): [" -a \(Self.quoted(choices.joined(separator: " ")))"]
        }
    }

    private func action(_ hint: ValueHint) -> String {
        switch hint {
        case .any: " -x"
        case .file: " -r -F"
        case .directory: " -x -a '(__fish_complete_directories)'"
        case .choices(let choices): " -x -a \(Self.quoted(choices.joined(separator: " ")))"
        }
    }

    /// In fish's single quotes, backslash and quote are escaped.
    private static func quoted(_ text: String) -> String {
        "'" + text.reduce(into: "") { $0 += $1 == "'" || $1 == "\\" ? "\\\($1)" : String($1) } + "'"
    }
}
