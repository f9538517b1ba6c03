public import FOQUSModel
import Settings

/// `[application.NAME]`: what runs the jobs whose `Application` is NAME.
public struct ApplicationSettings: Sendable {
    public enum Executor: Sendable {
        case foqus(FOQUSRunner)
        case command(Program)
    }

    /// The FOQUS engine behind our Python runner.
    public struct FOQUSRunner: Sendable {
        public enum Mode: String, Sendable, CaseIterable { case fork, thread }

        public let python: String
        /// The folder that holds the package `foqus_runner`.
        public let runner: String
        public let mode: Mode
        public let processes: Int
        public let recycleJobs: Int
        /// Bytes.
        public let recycleMemory: Int
        public let idleTimeout: Duration
        public let loadTimeout: Duration
        public let saveSession: Bool
    }

    /// Any program.
    public struct Program: Sendable {
        public let program: String
        public let arguments: [String]
        public let outputFile: String
        /// Bytes of each log file.
        public let logLimit: Int
        public let grace: Duration
    }

    public let name: String
    public let section: String
    public let executor: Executor
    /// Limits of its jobs, where they differ.
    public let limits: JobLimitChanges
    let problems: [SettingsError.Problem]

    private enum Kind: String, CaseIterable { case foqus, command }

    init(_ reader: SettingsReader, name: String, worker: WorkerSettings) {
        let section = "application.\(name)"
        let kind: Kind = reader.choice(section, "executor", default: name.lowercased() == "foqus" ? .foqus : .command)
        switch kind {
        case .foqus:
            executor = .foqus(
                FOQUSRunner(
                    python: reader.path(section, "python", default: "/usr/lib/foqus-worker/venv/bin/python3"),
                    runner: reader.path(section, "runner", default: "/usr/share/foqus-worker/runners"),
                    mode: reader.choice(section, "mode", default: .fork),
                    processes: reader.int(section, "processes", default: worker.slots, range: 1...1024),
                    recycleJobs: reader.int(section, "recycle_jobs", default: 500, range: 1...1_000_000),
                    recycleMemory: reader.byteSize(section, "recycle_memory", default: 2 << 30),
                    idleTimeout: reader.duration(section, "idle_timeout", default: .seconds(600)),
                    loadTimeout: reader.duration(section, "load_timeout", default: .seconds(120)),
                    saveSession: reader.bool(section, "save_session", default: true)))
        case .command:
            executor = .command(
                Program(
                    program: reader.requiredString(section, "program"),
                    arguments: reader.list(section, "arguments", default: []),
                    outputFile: reader.string(section, "output_file", default: "output.json"),
                    logLimit: reader.byteSize(section, "log_limit", default: 1 << 20),
                    grace: reader.duration(section, "grace", default: .seconds(2))))
        }
        limits = JobLimitChanges(reader, section: section)
        let isName =
            !name.isEmpty
            && name.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || [45, 46, 95].contains(byte)
            }
        problems =
            isName
            ? []
            : [
                SettingsError.Problem(
                    code: .badValue, description: "[\(section)]: an application's name has letters, digits, - _ . only")
            ]
        self.name = name
        self.section = section
    }
}
