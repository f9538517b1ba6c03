public import CommandLineKit

/// foqus-sinter as data: parser, help, completions and manual page are made from it.
public enum SinterProgram {
    /// - Parameter date: of the release, for the manual page.
    public static func program(_ environment: SinterEnvironment, version: String, date: String) -> Program {
        Program(description(environment), version: version, manualSection: 1, manualDate: date)
    }

    static func description(_ environment: SinterEnvironment) -> CommandDescription {
        let tree = CommandTree(environment: environment)
        let examples = [
            CommandDescription.Example("foqus-sinter check flash.json", "What is wrong with a configuration?"),
            .init("foqus-sinter check flash.json inputs.json", "And with inputs for it?"),
            .init("foqus-sinter defaults flash.json > inputs.json", "Make a file of inputs to start from."),
            .init("foqus-sinter run flash.json inputs.json outputs.json", "Run a model for each set of inputs."),
            .init("foqus-sinter csv flash.json cases.csv > results.csv", "The same for the rows of a table."),
        ]
        return CommandDescription(
            name: "foqus-sinter", summary: "check Sinter configurations, and run the models that they describe",
            discussion: """
                A Sinter configuration tells which variables of a model are inputs and outputs, and where the model has \
                them. The formats 0.1 (text), 0.2 and 0.3 (JSON) are understood. Inputs may be in other units than the \
                configuration has; they are converted.
                """,
            subcommands: [tree.check, tree.defaults, tree.run, tree.csv], examples: examples,
            environment: LocalSimulators.Variable.allCases.map { .init($0.rawValue, $0.description) },
            exitStatuses: ExitStatuses.all,
            seeAlso: ["foqusctl(1)", "foqus-worker(8)"])
    }
}

enum ExitStatuses {
    static let all: [CommandDescription.Term] = [
        .init("0", "all is well, and every run has its outputs"), .init("1", "a run failed"),
        .init("2", "the command line is wrong"), .init("65", "a configuration or inputs are wrong"),
        .init("69", "the simulator is not there"),
    ]
}
