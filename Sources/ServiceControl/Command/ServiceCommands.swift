public import CommandLineKit

/// The command line of foqus-service.
public enum ServiceCommands {
    /// - Parameters:
    ///   - output: where the service's words go.
    ///   - errors: where its errors go.
    public static func description(
        output: TextOutput = .standardOutput, errors: TextOutput = .standardError
    ) -> CommandDescription {
        CommandDescription(
            name: "foqus-service", summary: "install and control the FOQUS worker as a service of systemd",
            discussion: """
                It has the command line and the words of the Windows worker, and works on the unit foqus-worker.service, \
                which is also called FOQUS-Cloud-Service. Options stand before the command. What follows 'start', \
                'restart' and 'debug' goes to the worker.

                Errors carry the numbers of Windows: 5 access is denied, 1053 no response in time, 1055 another command \
                is at work, 1056 running already, 1057 no such account, 1058 disabled, 1060 not installed, 1062 not \
                started, 1067 ended unexpectedly, 1073 installed already.
                """,
            options: ServiceOptions.all, subcommands: subcommands(ServiceRunner(output: output, errors: errors)),
            examples: [
                .init("foqus-service --startup auto install", "Have the worker start with the machine."),
                .init("foqus-service --wait 10 start", "Start it, and say whether it got ready."),
                .init("foqus-service start --set worker.slots=2", "Start it with an argument, for this once."),
                .init("foqus-service --wait 120 stop", "Stop what depends on it first, and let running jobs end."),
            ],
            environment: [.init("XDG_RUNTIME_DIR", "Where the user's systemd is, for --user.")],
            exitStatuses: [
                .init("0", "Done."), .init("1", "Not done; the reason and its number are on standard error."),
                .init("2", "The command line is wrong."),
            ],
            seeAlso: ["foqus-worker(8)", "systemctl(1)", "journalctl(1)"],
            run: { _ in
                try output.line(UsageText.text(program: "foqus-service"))
                return .failure
            })
    }

    private static func subcommands(_ runner: ServiceRunner) -> [CommandDescription] {
        [
            runner.command("install", "make the service known to systemd", "installing service", takes: .installation) {
                try await InstallCommands.install($0, $1)
            },
            runner.command(
                "update", "change what the options say", "changing service configuration", takes: .installation
            ) {
                try await InstallCommands.update($0, $1)
            },
            runner.command(
                "remove", "stop the service and take away what install made", "removing service", takes: .time
            ) { context, _ in
                try await InstallCommands.remove(context)
            },
            runner.command("start", "start the service", "starting service", takes: .time, isOpenEnded: true) {
                try await RunCommands.start($0, $1.positionals(ServiceRunner.argument))
            },
            runner.command("stop", "stop it; running jobs may end", "stopping service", takes: .time) { context, _ in
                try await RunCommands.stop(context)
            },
            runner.command(
                "restart", "stop it and start it again", "restarting service", takes: .time, isOpenEnded: true
            ) {
                try await RunCommands.restart($0, $1.positionals(ServiceRunner.argument))
            },
            runner.command("debug", "run the worker here until Ctrl-C", "debugging service", isOpenEnded: true) {
                try await DebugCommand.run($0, $1.positionals(ServiceRunner.argument))
            },
            CommandDescription(
                name: "status", summary: "tell how it is: state, slots, jobs, queue and outbox",
                options: [.flag("json", "write a JSON document")],
                exitStatuses: [.init("3", "status: it does not run."), .init("4", "status: it is not installed.")],
                run: { arguments in
                    try await runner.run(arguments, "querying service") { context in
                        try await StatusCommand.run(context, asJSON: arguments.flag("json"))
                    }
                }),
            engine(runner),
        ]
    }

    private static func engine(_ runner: ServiceRunner) -> CommandDescription {
        CommandDescription(
            name: "engine", summary: "the FOQUS engine, which runs flowsheets",
            subcommands: [
                CommandDescription(
                    name: "install", summary: "make its Python environment, about 580 MB, from the package index",
                    discussion: """
                        It does nothing when the environment is as the requirements say. Run it again after an upgrade. \
                        Without network, name a mirror in PIP_INDEX_URL, or a folder of wheels in PIP_FIND_LINKS with \
                        PIP_NO_INDEX=1.
                        """,
                    options: [
                        .value(
                            "path", placeholder: "FOLDER", hint: .directory,
                            "where (default: /usr/lib/foqus-worker/venv)")
                    ],
                    run: { arguments in
                        try await runner.run(arguments, "installing the engine") { context in
                            try await EngineCommand.install(context, path: arguments.value("path"))
                        }
                    })
            ])
    }
}
