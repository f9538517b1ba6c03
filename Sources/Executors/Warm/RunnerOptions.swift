import ProcessKit

/// How an application's warm runners are started and kept.
public struct RunnerOptions: Sendable {
    /// An absolute path, or a name to be found in PATH.
    public var program: String
    public var arguments: [String]
    /// Added to the runners' environment, or replaces what is there.
    public var environment: [String: String]
    /// The most runners at a time, warm or busy: one runs one job at a time.
    public var processes: Int
    /// A runner is replaced after so many jobs.
    public var recycleJobs: Int
    /// A runner is replaced when it takes more memory, in bytes; nil for no limit.
    public var recycleMemory: UInt64?
    /// A warm runner that nobody needed for so long is ended.
    public var idleTimeout: Duration
    /// A runner that takes longer until it is ready is killed.
    public var startTimeout: Duration
    /// A runner that takes longer to load a simulation is killed.
    public var loadTimeout: Duration
    /// Home and scratch of the runners, each in a folder of its own. Belongs to this executor alone: what an earlier
    /// process left there is removed. Absolute.
    public var workDirectory: String
    /// The largest `output.json` in bytes.
    public var outputLimit: Int
    /// The section of the settings that messages name.
    public var settingsSection: String
    /// The variable that names the program where no settings do, for messages.
    public var programVariable: String?
    var patience = Runner.Patience()

    public init(
        program: String, arguments: [String] = [], environment: [String: String] = [:], processes: Int,
        recycleJobs: Int = 1000, recycleMemory: UInt64? = 2 << 30, idleTimeout: Duration = .seconds(600),
        startTimeout: Duration = .seconds(60), loadTimeout: Duration = .seconds(120), workDirectory: String,
        outputLimit: Int = 64 << 20, settingsSection: String, programVariable: String? = nil
    ) {
        precondition(processes > 0 && recycleJobs > 0)
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.processes = processes
        self.recycleJobs = recycleJobs
        self.recycleMemory = recycleMemory
        self.idleTimeout = idleTimeout
        self.startTimeout = startTimeout
        self.loadTimeout = loadTimeout
        self.workDirectory = workDirectory
        self.outputLimit = outputLimit
        self.settingsSection = settingsSection
        self.programVariable = programVariable
    }

    var warm: WarmRunners.Options {
        WarmRunners.Options(
            slots: processes, recycleJobs: recycleJobs, recycleMemory: recycleMemory, idleTimeout: idleTimeout,
            patience: patience)
    }
}
