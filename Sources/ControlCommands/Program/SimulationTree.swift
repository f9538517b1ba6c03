import CommandLineKit
import FOQUSModel

/// `foqusctl simulation …`.
enum SimulationTree {
    static func command(_ runner: CommandRunner) -> CommandDescription {
        CommandDescription(
            name: "simulation", summary: "upload and list simulations",
            options: ConnectionOptions.options,
            subcommands: [put(runner), list(runner)],
            environment: ConnectionOptions.environment)
    }

    private static func put(_ runner: CommandRunner) -> CommandDescription {
        CommandDescription(
            name: "put", summary: "create a simulation, or replace files of it",
            discussion: """
                One of the files should be the configuration, which tells the kind of simulation: a FOQUS session \
                (*.foqus), acm_sinter.json, aspenplus_sinter.json or foqus-user-plugin.json. Other files keep the \
                relative path they are given by. Directories are uploaded with all below them, except hidden files; a \
                single one becomes the simulation's own directory.
                """,
            options: [
                .value(
                    "application", short: "a", placeholder: "NAME",
                    "what runs it; needed when that does not follow from the files")
            ],
            positionals: [
                PositionalDescription("NAME", "the simulation's name"),
                PositionalDescription("FILE", .oneOrMore, hint: .file, "files and directories to upload"),
            ],
            examples: [
                .init("foqusctl simulation put flow flow.foqus", "Upload a flowsheet."),
                .init("foqusctl simulation put dryer foqus-user-plugin.json dryer.py", "Upload a plug-in."),
                .init("foqusctl simulation put flow model/", "Upload all files of a directory."),
            ],
            run: runner.connected { arguments, context in
                try await SimulationCommands(context).put(
                    try .argument(arguments.required("NAME")), paths: arguments.positionals("FILE"),
                    application: arguments.value("application"))
            })
    }

    private static func list(_ runner: CommandRunner) -> CommandDescription {
        CommandDescription(
            name: "list", summary: "list your simulations",
            run: runner.connected { _, context in try await SimulationCommands(context).list() })
    }
}
