import CommandLineKit
import Configuration

/// The command line of foqus-gateway.
enum GatewayCommands {
    static let description = CommandDescription(
        name: "foqus-gateway", summary: "Serve the web services API of a FOQUS cloud.",
        discussion: """
            A gateway takes sessions of jobs from FOQUS and other clients, puts them on the queue and answers how they \
            stand. It also brings the job table up to date with what workers publish; of several gateways on one \
            store, one does so at a time. SIGTERM lets the answers in flight end.

            Users are made with foqusctl(1). Over plain HTTP passwords can be read on the way: set tls_certificate and \
            tls_key, or listen on 127.0.0.1 behind a proxy that speaks HTTPS.
            """,
        subcommands: [
            CommandDescription(
                name: "serve", summary: "Serve until told to stop.",
                options: [CommonOptions.settings, CommonOptions.set],
                run: { arguments in try await GatewayDaemon.run(try CommonOptions.load(arguments)) }),
            CommandDescription(
                name: "check-config", summary: "Check the settings, show where each came from, and try the store.",
                options: [CommonOptions.settings, CommonOptions.set],
                run: { arguments in try await ConfigurationCheck.run(try CommonOptions.load(arguments)) }),
        ],
        examples: [
            .init("foqus-gateway serve --settings /etc/foqus/foqus.conf", "Serve as the settings say."),
            .init("foqus-gateway serve --set gateway.listen=[::1]:8443", "Listen elsewhere."),
        ],
        environment: [
            .init("FOQUS_SECTION_KEY", "Any setting, as FOQUS_GATEWAY_LISTEN. Wins over the file."),
            .init("NOTIFY_SOCKET", "Set by systemd: gets READY, STATUS and STOPPING."),
        ],
        exitStatuses: [
            .init("0", "Stopped as told."), .init("1", "It cannot go on."), .init("2", "The command line is wrong."),
            .init("78", "The settings are wrong, the store cannot be opened, or the address cannot be had."),
        ],
        seeAlso: ["foqus-worker(8)", "foqusctl(1)"])
}
