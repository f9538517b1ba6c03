public import CommandLineKit

/// foqusctl as data: parser, help, completions and manual page are made from it.
public enum ControlProgram {
    /// - Parameter date: of the release, for the manual page.
    public static func program(_ environment: ControlEnvironment, version: String, date: String) -> Program {
        Program(description(environment), version: version, manualSection: 1, manualDate: date)
    }

    static func description(_ environment: ControlEnvironment) -> CommandDescription {
        let runner = CommandRunner(environment: environment)
        return CommandDescription(
            name: "foqusctl",
            summary: "send simulations and jobs to a FOQUS gateway, and get results",
            discussion: """
                A simulation is a flowsheet or plug-in with its files. A session is a list of jobs, each with inputs \
                for a simulation. 'foqusctl run' does all of it: it uploads, submits, waits and writes results.
                """,
            options: [
                .flag("json", "write exactly one JSON document to standard output")
            ],
            subcommands: [
                RunTree.command(runner), SimulationTree.command(runner), SessionTree.command(runner),
                UserTree.command(runner),
            ],
            examples: [
                .init(
                    "foqusctl run flow.foqus inputs.csv --output results.csv",
                    "Run a flowsheet for each row of a table."),
                .init("foqusctl simulation put flow flow.foqus data/", "Upload a flowsheet and its files once."),
                .init("foqusctl run flow inputs.json --detach", "Run it where it is, without waiting."),
                .init("foqusctl session list", "Show your sessions, oldest first."),
            ],
            environment: ConnectionOptions.environment + [
                .init("FOQUS_STORE_DIRECTORY", "the store that 'foqusctl user' works on")
            ],
            exitStatuses: [
                .init("0", "all went well, and all jobs waited for succeeded"),
                .init("1", "a job did not succeed, or the request failed"),
                .init("2", "the command line or an input file is wrong; nothing was submitted"),
                .init("130", "ended by Ctrl-C"),
            ],
            seeAlso: ["foqus-worker(8)", "foqus-gateway(8)"])
    }
}
