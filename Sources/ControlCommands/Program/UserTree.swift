import CommandLineKit
import Stores
import Threading

/// `foqusctl user …`.
enum UserTree {
    static func command(_ runner: CommandRunner) -> CommandDescription {
        CommandDescription(
            name: "user", summary: "manage who may sign in, on the gateway's machine",
            discussion: """
                Works on the store itself rather than through the gateway, so run it where the store is, as its owner \
                or root. Passwords are kept as scrypt hashes only. A running gateway knows a change at once, but \
                remembers a right password for up to five minutes.
                """,
            options: [
                .value(
                    "store", placeholder: "DIR", hint: .directory,
                    "the store's directory (default: as the settings say)"),
                .value(
                    "settings", placeholder: "FILE", hint: .file,
                    "the gateway's settings (default: /etc/foqus/foqus.conf)"),
            ],
            subcommands: [add(runner), list(runner), remove(runner)],
            examples: [
                .init("sudo foqusctl user add alice", "Ask for a password twice and add the user."),
                .init("foqusctl user add ci --password-file secret.txt", "Take the password from a file."),
            ],
            environment: [.init("FOQUS_STORE_DIRECTORY", "the store's directory, instead of the settings")])
    }

    private static func add(_ runner: CommandRunner) -> CommandDescription {
        CommandDescription(
            name: "add", summary: "add a user, or set a new password",
            discussion: "Asks for the password on the terminal unless an option says where it is.",
            options: [
                .value("password-file", placeholder: "FILE", hint: .file, "a file whose first line is the password"),
                .flag("password-stdin", "take the first line of standard input as the password"),
                .flag("replace", "set a new password when there is such a user"),
            ],
            positionals: [PositionalDescription("NAME", "the user's name")],
            run: with(runner) { arguments, commands in
                let source: PasswordSource
                switch (arguments.value("password-file"), arguments.flag("password-stdin")) {
                case (_?, true): throw CommandLineError("--password-file and --password-stdin exclude each other")
                case (let path?, false): source = .file(path)
                case (nil, true): source = .standardInput
                case (nil, false): source = .prompt
                }
                try await commands.add(
                    try .argument(arguments.required("NAME")), password: source, replace: arguments.flag("replace"))
            })
    }

    private static func list(_ runner: CommandRunner) -> CommandDescription {
        CommandDescription(
            name: "list", summary: "list the users",
            run: with(runner) { _, commands in try await commands.list() })
    }

    private static func remove(_ runner: CommandRunner) -> CommandDescription {
        CommandDescription(
            name: "remove", summary: "remove a user; sessions and simulations stay",
            positionals: [PositionalDescription("NAME", "the user's name")],
            run: with(runner) { arguments, commands in
                try await commands.remove(try .argument(arguments.required("NAME")))
            })
    }

    private static func with(
        _ runner: CommandRunner, _ body: @escaping @Sendable (ParsedArguments, UserCommands) async throws -> Void
    ) -> CommandDescription.Handler {
        let environment = runner.environment
        return runner.local { arguments, console in
            let settings = arguments.value("settings")
            let directory: String
            if let named = arguments.value("store") {
                directory = named
            } else {
                directory = try await environment.files.run { () throws(ControlError) in
                    try environment.storeDirectory(settings)
                }
            }
            let users = try await environment.openUsers(directory)
            let commands = UserCommands(
                users: users.directory, console: console, time: environment.time, pool: environment.files,
                hash: environment.hashPassword, json: arguments.flag("json"))
            do {
                try await body(arguments, commands)
            } catch {
                await users.close()
                throw error
            }
            await users.close()
        }
    }
}
