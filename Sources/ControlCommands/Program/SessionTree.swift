import CommandLineKit
import FOQUSModel

/// `foqusctl session …`.
enum SessionTree {
    static func command(_ runner: CommandRunner) -> CommandDescription {
        CommandDescription(
            name: "session", summary: "create, start, watch and end sessions of jobs",
            options: ConnectionOptions.options,
            subcommands: [
                simple("create", "create a session and print its id", runner) { try await $0.create() },
                append(runner),
                one("start", "put the jobs that are not on the queue there", runner) { try await $0.start($1) },
                one("status", "count the jobs by state", runner) { try await $0.status($1) },
                wait(runner), results(runner),
                one("stop", "take waiting jobs off the queue; start puts them back", runner) { try await $0.stop($1) },
                one("kill", "end all jobs that are not finished", runner) { try await $0.kill($1) },
                simple("list", "list your sessions, oldest first", runner) { try await $0.list() },
            ],
            examples: [
                .init("id=$(foqusctl session create)", "Make a session."),
                .init("foqusctl session append $id jobs.csv --simulation flow", "Add jobs to it."),
                .init("foqusctl session start $id && foqusctl session wait $id", "Run them."),
                .init("foqusctl session results $id --output results.csv", "Get the results."),
            ],
            environment: ConnectionOptions.environment)
    }

    private static let session = PositionalDescription("SESSION", "the session's id")

    private static func simple(
        _ name: String, _ summary: String, _ runner: CommandRunner,
        _ body: @escaping @Sendable (SessionCommands) async throws -> Void
    ) -> CommandDescription {
        CommandDescription(
            name: name, summary: summary,
            run: runner.connected { _, context in try await body(SessionCommands(context)) })
    }

    private static func one(
        _ name: String, _ summary: String, _ runner: CommandRunner,
        _ body: @escaping @Sendable (SessionCommands, SessionID) async throws -> Void
    ) -> CommandDescription {
        CommandDescription(
            name: name, summary: summary, positionals: [session],
            run: runner.connected { arguments, context in
                try await body(SessionCommands(context), try .argument(arguments.required("SESSION")))
            })
    }

    private static func append(_ runner: CommandRunner) -> CommandDescription {
        CommandDescription(
            name: "append", summary: "add jobs from a file",
            discussion: SharedOptions.inputHelp
                + "\n\nThe file is checked as a whole before anything is sent.",
            options: [
                .value(
                    "simulation", short: "s", placeholder: "NAME",
                    "the simulation of the jobs; needed unless each job names it"),
                SharedOptions.application, SharedOptions.reset, SharedOptions.inputFormat,
            ],
            positionals: [
                session, PositionalDescription("JOBS", hint: .file, "a JSON or CSV file; - for standard input"),
            ],
            run: runner.connected { arguments, context in
                let template = JobTemplate(
                    simulation: try arguments.value("simulation").map { try .argument($0) },
                    application: arguments.value("application"), reset: arguments.flag("reset"))
                try await SessionCommands(context).append(
                    InputOptions(path: arguments.required("JOBS"), format: arguments.value("input-format")),
                    template: template, to: try .argument(arguments.required("SESSION")))
            })
    }

    private static func wait(_ runner: CommandRunner) -> CommandDescription {
        CommandDescription(
            name: "wait", summary: "wait until the session is finished",
            discussion: "Ctrl-C ends the waiting and leaves the session alone. The status is 1 when a job failed.",
            options: [SharedOptions.timeout], positionals: [session],
            run: runner.connected { arguments, context in
                try await SessionCommands(context).wait(
                    for: try .argument(arguments.required("SESSION")), timeout: try SharedOptions.timeout(arguments))
            })
    }

    private static func results(_ runner: CommandRunner) -> CommandDescription {
        CommandDescription(
            name: "results", summary: "show the results so far, or write them to a file",
            options: [SharedOptions.output, SharedOptions.format, SharedOptions.rows], positionals: [session],
            run: runner.connected { arguments, context in
                try await SessionCommands(context).results(
                    of: try .argument(arguments.required("SESSION")), to: try SharedOptions.resultFile(arguments),
                    rows: try SharedOptions.rowLimit(arguments))
            })
    }
}
