/// A completion script for bash, which needs no bash-completion package.
///
/// The script finds the command by walking the words before the cursor, then offers what the description has for it.
struct BashCompletion {
    private let root: Lineage

    init(_ root: Lineage) { self.root = root }

    var text: String {
        let name = root.command.name
        let function = "_" + ShellNames.identifier(name)
        return """
            # bash completion for \(name)
            \(function)() {
                local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
                local path=\(name) word i
                # bash splits --option=value at the equals sign.
                if [[ $cur == = ]]; then
                    cur=
                elif [[ $prev == = ]]; then
                    prev=${COMP_WORDS[COMP_CWORD-2]}
                fi
                for ((i = 1; i < COMP_CWORD; i++)); do
                    word=${COMP_WORDS[i]}
                    case "$path $word" in
            \(cases(root.tree.dropFirst().map { (["\"\($0.title)\""], "path=\"$path $word\"") }, indent: 12))
                    esac
                done
                COMPREPLY=()
                case "$path $prev" in
            \(cases(root.tree.flatMap(values), indent: 8))
                esac
                case "$path" in
            \(cases(root.tree.map(words), indent: 8))
                esac
            }
            complete -F \(function) \(name)

            """
    }

    /// What follows an option that takes a value.
    private func values(_ lineage: Lineage) -> [(patterns: [String], body: String)] {
        lineage.options.filter { $0.takesValue && !$0.isHidden }.map { option in
            let names = ["--" + option.name] + (option.short.map { ["-\($0)"] } ?? [])
            return (names.map { "\"\(lineage.title) \($0)\"" }, action(option.hint) + "return")
        }
    }

    /// What else may stand at the cursor.
    private func words(_ lineage: Lineage) -> (patterns: [String], body: String) {
        let options = lineage.longOptionWords.joined(separator: " ")
        let body = "if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '\(options)' -- \"$cur\")); else "
        let rest = action(lineage.operandHint)
        return (["\"\(lineage.title)\""], body + (rest.isEmpty ? ":; " : rest) + "fi")
    }

    private func action(_ hint: ValueHint) -> String {
        switch hint {
        case .any: ""
        case .file: "compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\")); "
        case .directory: "compopt -o filenames; COMPREPLY=($(compgen -d -- \"$cur\")); "
        case .choices(let choices):
            "COMPREPLY=($(compgen -W \(ShellNames.quoted(choices.joined(separator: " "))) -- \"$cur\")); "
        }
    }

    private func cases(_ cases: [(patterns: [String], body: String)], indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        return cases.map { "\(margin)\($0.patterns.joined(separator: "|"))) \($0.body);;" }.joined(separator: "\n")
    }
}

enum ShellNames {
    /// A name that a shell function may have.
    static func identifier(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    /// `text` in single quotes, for any POSIX shell.
    static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
