public import CommandLineKit
import Configuration

/// The command line of foqus-worker.
public enum WorkerCommands {
    /// - Parameter cloud: nil in the program that leaves `backend = aws` to its variant.
    public static func description(_ cloud: CloudBackend?) -> CommandDescription {
        CommandDescription(
            name: "foqus-worker", summary: "Run simulation jobs from the queue.",
            discussion: """
                A worker takes jobs off the queue, runs each in a process of its own, stores what it made and tells how \
                it ended. Several workers may share one store. SIGTERM drains it: no new jobs, running ones may end; a \
                second SIGTERM gives them back to the queue at once. SIGHUP reloads the settings.
                """,
            subcommands: [
                CommandDescription(
                    name: "run", summary: "Work until told to stop.",
                    options: [CommonOptions.settings, CommonOptions.set],
                    run: { arguments in
                        try await WorkerDaemon.run(try await load(arguments, cloud), cloud) {
                            try await reload(arguments, cloud)
                        }
                    }),
                CommandDescription(
                    name: "scopes",
                    summary: "Make control groups for the jobs of workers; started by foqus-scopes.socket.",
                    run: { _ in try await ScopeKeeper.run() }),
                CommandDescription(
                    name: "check-config", summary: "Check the settings, show where each came from, and try the store.",
                    options: [CommonOptions.settings, CommonOptions.set],
                    run: { arguments in
                        try await ConfigurationCheck.run(try await load(arguments, cloud), cloud)
                    }),
                TestExecutorCommand.description,
            ],
            examples: [
                .init("foqus-worker run --settings /etc/foqus/foqus.conf", "Work as the settings say."),
                .init(
                    "foqus-worker run --set worker.slots=4 --set worker.users=alice",
                    "Four jobs at a time, alice's only."),
            ],
            environment: [
                .init(
                    "FOQUS_SECTION_KEY", "Any setting, as FOQUS_WORKER_SLOTS for slots in [worker]. Wins over the file."
                ),
                .init("NOTIFY_SOCKET", "Set by systemd: gets READY, STATUS, RELOADING and STOPPING."),
                .init("WATCHDOG_USEC", "Set by systemd: how often it wants to hear that the worker is at work."),
            ],
            exitStatuses: [
                .init("0", "Drained and done."), .init("1", "It cannot go on."),
                .init("2", "The command line is wrong."),
                .init("75", "Another worker uses the state directory."),
                .init("78", "The settings are wrong, or name what is not there."),
            ],
            seeAlso: ["foqus-gateway(8)", "foqusctl(1)"])
    }

    /// The settings once more: a change of the backend does not replace a program that is at work.
    private static func reload(_ arguments: ParsedArguments, _ cloud: CloudBackend?) async throws -> FOQUSSettings {
        if let cloud { return try await CommonOptions.load(arguments, instance: cloud.instanceSettings) }
        return try CommonOptions.load(arguments)
    }

    /// The settings, with what an instance says. Does not return when they ask for a backend that is not here.
    private static func load(_ arguments: ParsedArguments, _ cloud: CloudBackend?) async throws -> FOQUSSettings {
        if let cloud { return try await CommonOptions.load(arguments, instance: cloud.instanceSettings) }
        let settings = try await CommonOptions.load(arguments) { _ in CloudVariant.takeOver() }
        if settings.store.backend == .aws { CloudVariant.takeOver() }
        return settings
    }
}
