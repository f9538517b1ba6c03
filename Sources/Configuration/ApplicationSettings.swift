public import FOQUSModel
import Settings

/// `[application.NAME]`: what runs the jobs whose `Application` is NAME.
public struct ApplicationSettings: Sendable {
    public enum Executor: Sendable {
        case foqus(FOQUSRunner)
        case command(Program)
        case sinter(SinterKind, SinterRunner)
        case runner(CustomRunner)
        case program(Programs)
        case turbine(TurbineGateway)
    }

    /// What runs Sinter configurations by our Python runner.
    public enum SinterKind: String, Sendable { case spreadsheet, fmu }

    /// The FOQUS engine behind our Python runner.
    public struct FOQUSRunner: Sendable {
        public enum Mode: String, Sendable, CaseIterable { case fork, thread }

        public let python: String
        /// The folder that holds the package `foqus_runner`.
        public let runner: String
        public let mode: Mode
        public let warm: WarmRunners
        public let saveSession: Bool
    }

    /// How warm processes are kept.
    public struct WarmRunners: Sendable {
        public let processes: Int
        public let recycleJobs: Int
        /// Bytes.
        public let recycleMemory: Int
        public let idleTimeout: Duration
        public let loadTimeout: Duration

        fileprivate init(
            _ reader: SettingsReader, _ section: String, worker: WorkerSettings, recycleJobs: Int = 500,
            recycleMemory: Int = 2 << 30
        ) {
            processes = reader.int(section, "processes", default: worker.slots, range: 1...1024)
            self.recycleJobs = reader.int(section, "recycle_jobs", default: recycleJobs, range: 1...1_000_000)
            self.recycleMemory = reader.byteSize(section, "recycle_memory", default: recycleMemory)
            idleTimeout = reader.duration(section, "idle_timeout", default: .seconds(600))
            loadTimeout = reader.duration(section, "load_timeout", default: .seconds(120))
        }
    }

    /// LibreOffice or FMPy behind our Python runner.
    public struct SinterRunner: Sendable {
        public let python: String
        /// The folder that holds the package `sinter_runner`.
        public let runner: String
        public let warm: WarmRunners
    }

    /// A program of the operator's that stays warm.
    public struct CustomRunner: Sendable {
        public let program: String
        public let arguments: [String]
        public let warm: WarmRunners
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

    /// The programs that Sinter configurations name.
    public struct Programs: Sendable {
        /// Which; empty for any.
        public let allowed: [String]
        /// Bytes of each log file.
        public let logLimit: Int
        public let grace: Duration
    }

    /// A Turbine gateway that jobs are forwarded to.
    public struct TurbineGateway: Sendable {
        public enum Dialect: String, Sendable, CaseIterable { case turbinelite, foqus }

        public let url: String
        public let dialect: Dialect
        /// Empty for none.
        public let user: String
        public let passwordFile: String?
        public let authorities: String?
        /// The application's name there.
        public let application: String
        public let prefix: String
        public let pollMinimum: Duration
        public let pollMaximum: Duration
        public let outagePatience: Duration
        public let licencePatterns: [String]
        public let licencePause: Duration
        public let licencePatience: Duration
    }

    public let name: String
    public let section: String
    public let executor: Executor
    /// Limits of its jobs, where they differ.
    public let limits: JobLimitChanges
    let problems: [SettingsError.Problem]

    private enum Kind: String, CaseIterable {
        case foqus, command, spreadsheet, fmu, program, turbine, runner

        /// What an application of a well-known name is run by.
        init(application name: String) {
            switch name.lowercased() {
            case "foqus": self = .foqus
            case "excel": self = .spreadsheet
            case "fmu": self = .fmu
            case "program": self = .program
            case "aspenplus", "acm", "gproms": self = .turbine
            default: self = .command
            }
        }
    }

    init(_ reader: SettingsReader, name: String, worker: WorkerSettings) {
        let section = "application.\(name)"
        let kind: Kind = reader.choice(section, "executor", default: Kind(application: name))
        switch kind {
        case .foqus:
            executor = .foqus(
                FOQUSRunner(
                    python: reader.path(section, "python", default: "/usr/lib/foqus-worker/venv/bin/python3"),
                    runner: Self.runners(reader, section),
                    mode: reader.choice(section, "mode", default: .fork),
                    warm: WarmRunners(reader, section, worker: worker),
                    saveSession: reader.bool(section, "save_session", default: true)))
        case .command:
            executor = .command(
                Program(
                    program: reader.requiredString(section, "program"),
                    arguments: reader.list(section, "arguments", default: []),
                    outputFile: reader.string(section, "output_file", default: "output.json"),
                    logLimit: reader.byteSize(section, "log_limit", default: 1 << 20),
                    grace: reader.duration(section, "grace", default: .seconds(2))))
        case .spreadsheet:
            executor = .sinter(
                .spreadsheet,
                SinterRunner(
                    python: reader.path(section, "python", default: "/usr/bin/python3"),
                    runner: Self.runners(reader, section),
                    warm: WarmRunners(
                        reader, section, worker: worker, recycleJobs: 2000, recycleMemory: 512 << 20)))
        case .fmu:
            executor = .sinter(
                .fmu,
                SinterRunner(
                    python: reader.path(section, "python", default: "/usr/lib/foqus-worker/venv/bin/python3"),
                    runner: Self.runners(reader, section), warm: WarmRunners(reader, section, worker: worker)))
        case .program:
            executor = .program(
                Programs(
                    allowed: reader.list(section, "programs", default: []),
                    logLimit: reader.byteSize(section, "log_limit", default: 1 << 20),
                    grace: reader.duration(section, "grace", default: .seconds(2))))
        case .turbine:
            executor = .turbine(Self.turbine(reader, section, name))
        case .runner:
            executor = .runner(
                CustomRunner(
                    program: reader.requiredString(section, "program"),
                    arguments: reader.list(section, "arguments", default: []),
                    warm: WarmRunners(reader, section, worker: worker)))
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

    private static func turbine(_ reader: SettingsReader, _ section: String, _ name: String) -> TurbineGateway {
        TurbineGateway(
            url: reader.requiredString(section, "url"),
            dialect: reader.choice(section, "dialect", default: .turbinelite),
            user: reader.string(section, "user", default: ""),
            passwordFile: reader.optionalPath(section, "password_file"),
            authorities: reader.optionalPath(section, "ca_file"),
            application: reader.string(section, "application", default: name),
            prefix: reader.string(section, "prefix", default: "{user}-"),
            pollMinimum: reader.duration(section, "poll_min", default: .seconds(1)),
            pollMaximum: reader.duration(section, "poll_max", default: .seconds(15)),
            outagePatience: reader.duration(section, "outage_patience", default: .seconds(600)),
            licencePatterns: reader.list(
                section, "licence_patterns", default: ["license", "licence", "FLEXnet", "FlexLM", "SLM"]),
            licencePause: reader.duration(section, "licence_pause", default: .seconds(60)),
            licencePatience: reader.duration(section, "licence_patience", default: .seconds(6 * 3600)))
    }

    /// The folder of the runners' Python packages.
    private static func runners(_ reader: SettingsReader, _ section: String) -> String {
        reader.path(section, "runner", default: "/usr/share/foqus-worker/runners")
    }
}
