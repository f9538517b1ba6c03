import CommandLineKit
import Sinter

/// The commands of foqus-sinter.
struct CommandTree: Sendable {
    let environment: SinterEnvironment

    private static let configuration = PositionalDescription("CONFIG", hint: .file, "a Sinter configuration")
    private static let defaultsFile = OptionDescription.value(
        "defaults", placeholder: "FILE", hint: .file, "take the defaults of all inputs from a file of one run")

    var check: CommandDescription {
        let environment = environment
        return CommandDescription(
            name: "check", summary: "tell what is wrong with a configuration, and with inputs for it",
            discussion: """
                Shows the variables with their units, defaults and ranges. Everything wrong is told with file, line and \
                variable, and so are oddities that keep nothing from running: units that nothing can be converted to, \
                values outside their range, a model that is not the one the configuration was made for.
                """,
            options: [.flag("json", "write one JSON document instead"), Self.defaultsFile],
            positionals: [
                Self.configuration,
                PositionalDescription("INPUTS", .optional, hint: .file, "runs in JSON, or in CSV by its ending"),
            ],
            exitStatuses: ExitStatuses.all,
            run: { arguments in
                try await CheckCommand(
                    environment: environment, configuration: arguments.required("CONFIG"),
                    inputs: arguments.positional("INPUTS"), defaults: arguments.value("defaults"),
                    json: arguments.flag("json")
                ).run()
            })
    }

    var defaults: CommandDescription {
        let environment = environment
        return CommandDescription(
            name: "defaults", summary: "write the default inputs of a configuration, to edit",
            discussion: "All settings and inputs, in the form that 'run' reads.",
            options: [
                .flag("units", "in format 0.2, where each value has its units"),
                .value(
                    "output", short: "o", placeholder: "FILE", default: "-", hint: .file,
                    "where to write; - for standard output"),
            ],
            positionals: [Self.configuration], exitStatuses: ExitStatuses.all,
            run: { arguments in
                try await DefaultsCommand(
                    environment: environment, configuration: arguments.required("CONFIG"),
                    output: arguments.value("output") ?? "-", withUnits: arguments.flag("units")
                ).run()
            })
    }

    var run: CommandDescription {
        let environment = environment
        return CommandDescription(
            name: "run", summary: "run a model for each set of inputs of a file",
            discussion: """
                INPUTS holds one run, or a list [{"inputs": {...}}, ...]; what a run does not give has its default. \
                OUTPUTS gets a list of documents of format 0.2, one for each run, also for those that failed: these \
                have a status and no outputs.
                """,
            options: Self.seriesOptions,
            positionals: [
                Self.configuration,
                PositionalDescription("INPUTS", hint: .file, "runs in JSON, or in CSV by its ending"),
                PositionalDescription("OUTPUTS", hint: .file, "the file to write; - for standard output"),
            ],
            exitStatuses: ExitStatuses.all,
            run: { arguments in
                let options = try Self.options(arguments, output: arguments.required("OUTPUTS"))
                return try await SeriesCommand(
                    environment: environment, options: options, form: .documents
                ).run()
            })
    }

    var csv: CommandDescription {
        let environment = environment
        return CommandDescription(
            name: "csv", summary: "run a model for each row of a table",
            discussion: """
                The first line of INPUTS names inputs, perhaps with an index (split[0]); an empty cell leaves its input \
                to the default. The results are a table of all outputs and the status. When the file to write is there, \
                its first line chooses the columns.
                """,
            options: Self.seriesOptions + [
                .value(
                    "output", short: "o", placeholder: "FILE", default: "-", hint: .file,
                    "where to write; - for standard output")
            ],
            positionals: [
                Self.configuration, PositionalDescription("INPUTS", hint: .file, "a CSV file, or runs in JSON"),
            ],
            exitStatuses: ExitStatuses.all,
            run: { arguments in
                let options = try Self.options(arguments, output: arguments.value("output") ?? "-")
                return try await SeriesCommand(
                    environment: environment, options: options, form: .table
                ).run()
            })
    }

    private static let seriesOptions: [OptionDescription] = [
        .value("timeout", short: "t", placeholder: "SECONDS", "the longest that a run may take; -1 for no limit"),
        .flag("relaunch", short: "r", "start the simulator anew for each run"),
        .flag("no-reset", "leave the model as the run before left it, which is faster"),
        .flag("keep-going", short: "k", "make the runs that are right when others are refused"),
        .flag("quiet", short: "q", "show no progress"), defaultsFile,
    ]

    private static func options(
        _ arguments: ParsedArguments, output: String
    ) throws(CommandLineError) -> SeriesCommand.Options {
        var options = SeriesCommand.Options(
            configuration: arguments.required("CONFIG"), inputs: arguments.required("INPUTS"), output: output)
        options.defaults = arguments.value("defaults")
        options.timeLimit = try timeLimit(arguments)
        options.keepGoing = arguments.flag("keep-going")
        options.quiet = arguments.flag("quiet")
        switch (arguments.flag("relaunch"), arguments.flag("no-reset")) {
        case (true, true): throw CommandLineError("--relaunch and --no-reset exclude each other")
        case (true, false): options.renewal = .relaunch
        case (false, true): options.renewal = .none
        case (false, false): options.renewal = .reset
        }
        return options
    }

    private static func timeLimit(_ arguments: ParsedArguments) throws(CommandLineError) -> Duration? {
        let seconds = try arguments.value("timeout", expected: "a number of seconds") { text -> Double? in
            Double(text).flatMap { $0 == -1 || ($0 > 0 && $0 < 1e9) ? $0 : nil }
        }
        return seconds.flatMap { $0 < 0 ? nil : .seconds($0) }
    }
}
