import Glibc

/// A program made from a description: parses its command line, answers the standard options, runs the handler.
///
///     @main struct Main {
///         static func main() async { await Program(description, version: "1.2.0").main() }
///     }
///
/// Every program understands `--help` (`-h`, or `help COMMAND`), `--version` and the hidden
/// `--generate completion-bash|completion-zsh|completion-fish|man`.
public struct Program: Sendable {
    public let description: CommandDescription
    public let version: String
    /// The manual's section: 1 for commands, 8 for what administrators run.
    public let manualSection: Int
    /// Shown at the foot of the manual page, as `2026-11-23`.
    public let manualDate: String

    /// Traps when `description` contradicts itself; see `CommandDescription.problems`.
    public init(_ description: CommandDescription, version: String, manualSection: Int = 1, manualDate: String = "") {
        let problems = description.problems
        precondition(problems.isEmpty, problems.joined(separator: "; "))
        self.description = description
        self.version = version
        self.manualSection = manualSection
        self.manualDate = manualDate
    }

    /// Runs with the process's arguments and ends the process.
    /// - Parameter atEnd: what is to be done before that.
    public func main(atEnd: () async -> Void = {}) async -> Never {
        signal(SIGPIPE, SIG_IGN)  // a closed pipe becomes an error of the writer, which ends the program quietly
        let code = await run(Array(CommandLine.arguments.dropFirst()))
        await atEnd()
        exit(code.rawValue)
    }

    /// - Parameter arguments: without the program's name.
    public func run(
        _ arguments: [String], output: TextOutput = .standardOutput, errors: TextOutput = .standardError,
        width: Int = Terminal.helpWidth
    ) async -> ExitCode {
        do throws(ParseFailure) {
            switch try Parser.parse(description, arguments) {
            case .version: return print("\(description.name) \(version)\n", to: output)
            case .help(let lineage): return print(HelpText(lineage, width: width).text, to: output)
            case .generate(let generation): return print(generation.text(self), to: output)
            case .run(let handler, let parsed): return await run(handler, parsed, errors)
            }
        } catch {
            complain(error.error, title: error.lineage.title, errors)
            return error.error.exitCode
        }
    }

    private func run(
        _ handler: CommandDescription.Handler, _ parsed: ParsedArguments, _ errors: TextOutput
    ) async -> ExitCode {
        do {
            return try await handler(parsed)
        } catch let error as CommandLineError {
            complain(error, title: parsed.path.joined(separator: " "), errors)
            return error.exitCode
        } catch OutputError.closed {
            return .brokenPipe
        } catch {
            try? errors.write("\(description.name): \(error)\n")
            return (error as? any ExitCodeProviding)?.exitCode ?? .failure
        }
    }

    private func complain(_ error: CommandLineError, title: String, _ errors: TextOutput) {
        try? errors.write("\(description.name): \(error)\nTry '\(title) --help' for more.\n")
    }

    private func print(_ text: String, to output: TextOutput) -> ExitCode {
        do throws(OutputError) {
            try output.write(text)
            return .success
        } catch {
            return error == .closed ? .brokenPipe : .failure
        }
    }
}
