import CommandLineKit
import Threading

/// A program with one of everything, and what its handlers were called with.
struct Sample {
    let calls = Locked<[ParsedArguments]>([])
    let output = TextOutput()
    let errors = TextOutput()

    var program: Program {
        let record: CommandDescription.Handler = { [calls] arguments in
            calls.withLock { $0.append(arguments) }
            return .success
        }
        let list = CommandDescription(
            name: "list", summary: "list jobs",
            options: [
                .choice("format", short: "f", ["table", "json"], default: "table", "how jobs are shown"),
                .values("state", placeholder: "STATE", "only jobs in this state"),
                .value("limit", short: "n", placeholder: "COUNT", default: "50", "the most jobs shown"),
            ],
            positionals: [PositionalDescription("SESSION", .optional, "whose jobs")],
            examples: [.init("sample jobs list --state error", "show what failed")],
            run: record)
        let add = CommandDescription(
            name: "add", summary: "add jobs",
            positionals: [
                PositionalDescription("SESSION", "where they go"),
                PositionalDescription("FILE", .oneOrMore, hint: .file, "input values"),
            ], run: record)
        let secret = CommandDescription(name: "debug", summary: "not told of", isHidden: true, run: record)
        let jobs = CommandDescription(
            name: "jobs", summary: "look at jobs",
            options: [.value("server", short: "s", placeholder: "URL", "the gateway")],
            subcommands: [list, add, secret])
        let fail = CommandDescription(name: "fail", summary: "fail") { _ in throw OutputError.failed(28) }
        return Program(
            CommandDescription(
                name: "sample", summary: "shows what there is",
                discussion:
                    "A first paragraph that is long enough to be wrapped when the terminal has forty columns.\n\n"
                    + "A second one.\n  kept   as it is",
                options: [
                    .flag("verbose", short: "v", "say more"), .flag("quiet", short: "q", "say less"),
                    .flag("colour", negatable: true, "colour the output"),
                    .value("config", short: "c", placeholder: "FILE", hint: .file, "settings"),
                ],
                subcommands: [jobs, fail],
                environment: [.init("NO_COLOR", "no colours, whatever the terminal")],
                exitStatuses: [.init("0", "done"), .init("2", "the command line made no sense")],
                seeAlso: ["foqus-worker(8)", "foqus-gateway(8)"]),
            version: "1.2.3", manualSection: 1, manualDate: "2026-11-23")
    }

    func run(_ arguments: String..., width: Int = 80) async -> ExitCode {
        await program.run(arguments, output: output, errors: errors, width: width)
    }

    /// Runs and gives what the handler got.
    func parsed(_ arguments: [String]) async -> ParsedArguments? {
        _ = await program.run(arguments, output: output, errors: errors)
        return calls.withLock { $0.last }
    }
}
