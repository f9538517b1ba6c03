import CommandLineKit

/// `foqusctl run`.
enum RunTree {
    static func command(_ runner: CommandRunner) -> CommandDescription {
        CommandDescription(
            name: "run", summary: "run a simulation for each set of inputs and get the results",
            discussion: """
                SIMULATION is the name of one on the gateway; or a path, which has a slash or ends in .foqus, of a \
                file or directory to upload first.

                \(SharedOptions.inputHelp)

                The first job that fails takes those that have not begun off the queue, unless --keep-going is given. \
                Ctrl-C asks, a second one kills the session; Ctrl-\\ leaves it running.
                """,
            options: [
                SharedOptions.output, SharedOptions.format, SharedOptions.rows, SharedOptions.inputFormat,
                SharedOptions.application, SharedOptions.reset,
                .flag("keep-going", short: "k", "run all jobs whatever fails"),
                .flag("detach", short: "d", "do not wait: print the session's id and leave it running"),
                SharedOptions.timeout,
            ] + ConnectionOptions.options,
            positionals: [
                PositionalDescription("SIMULATION", hint: .file, "a simulation's name, or a path to upload"),
                PositionalDescription("INPUTS", hint: .file, "a JSON or CSV file; - for standard input"),
            ],
            examples: [
                .init("foqusctl run flow.foqus inputs.csv", "Upload a flowsheet and run it for each row of a table."),
                .init(
                    "foqusctl run ./dryer/ inputs.json -k -o results.csv",
                    "Run a plug-in with its files; keep all results."),
                .init("foqusctl run flow inputs.csv --json | jq '.States'", "For scripts."),
            ],
            environment: ConnectionOptions.environment,
            exitStatuses: [
                .init("0", "all jobs succeeded"),
                .init("1", "a job did not succeed, or a request failed"),
                .init("2", "the command line or an input file is wrong; nothing was submitted"),
                .init("130", "ended by Ctrl-C"),
            ],
            run: runner.connected { arguments, context in
                var options = RunCommand.Options(
                    simulation: try SimulationArgument(arguments.required("SIMULATION")),
                    input: InputOptions(path: arguments.required("INPUTS"), format: arguments.value("input-format")))
                options.output = try SharedOptions.resultFile(arguments)
                options.rows = try SharedOptions.rowLimit(arguments)
                options.application = arguments.value("application")
                options.reset = arguments.flag("reset")
                options.timeout = try SharedOptions.timeout(arguments)
                options.keepGoing = arguments.flag("keep-going")
                options.detach = arguments.flag("detach")
                if options.detach, options.output != nil {
                    throw CommandLineError("--output needs the results, for which --detach does not wait")
                }
                try await RunCommand(context, options).run()
            })
    }
}
