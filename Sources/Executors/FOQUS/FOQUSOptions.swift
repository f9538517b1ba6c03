extension FOQUSExecutor {
    /// How the engine is run.
    public struct Options: Sendable {
        /// Whether each job gets a process of its own.
        public enum Mode: String, Sendable, CaseIterable {
            /// Each job in a child of the warm runner: no state leaks, a kill always works, a crash is one job's error.
            case fork
            /// All jobs of a runner in its own process: about 10 ms less a job, without that protection.
            case thread
        }

        /// Python 3 with `ccsi-foqus`: a path, or a name to be found in PATH.
        public var python: String
        /// The folder that holds the Python package `foqus_runner`.
        public var runnerDirectory: String
        public var mode: Mode
        /// The most runners at a time, warm or busy: one runs one job at a time.
        public var processes: Int
        /// A runner is replaced after so many jobs.
        public var recycleJobs: Int
        /// A runner is replaced when its resident memory is larger, in bytes; nil for no limit.
        public var recycleMemory: UInt64?
        /// The address space of one job's process, in bytes, in fork mode; nil for no limit.
        public var jobMemory: UInt64?
        /// A warm runner that nobody needed for so long is ended.
        public var idleTimeout: Duration
        /// Home and scratch of the runners, each in a folder of its own. Belongs to this executor alone: what an
        /// earlier process left there is removed. Absolute.
        public var workDirectory: String
        /// Whether a job leaves `results_session.foqus`.
        public var saveSession: Bool
        /// A runner that takes longer until it has imported the engine is killed.
        public var startTimeout: Duration
        /// A runner that takes longer to load a session is killed.
        public var loadTimeout: Duration
        /// The largest `output.json` in bytes.
        public var outputLimit: Int
        /// Added to the runners' environment, or replaces what is there.
        public var environment: [String: String]
        /// The section of the settings that messages name.
        public var settingsSection: String
        var patience = Runner.Patience()

        public init(
            python: String, runnerDirectory: String, mode: Mode = .fork, processes: Int, recycleJobs: Int = 500,
            recycleMemory: UInt64? = 2 << 30, jobMemory: UInt64? = nil, idleTimeout: Duration = .seconds(600),
            workDirectory: String,
            saveSession: Bool = true, startTimeout: Duration = .seconds(120), loadTimeout: Duration = .seconds(120),
            outputLimit: Int = 64 << 20,
            environment: [String: String] = [:], settingsSection: String = "application.foqus"
        ) {
            precondition(processes > 0 && recycleJobs > 0)
            self.python = python
            self.runnerDirectory = runnerDirectory
            self.mode = mode
            self.processes = processes
            self.recycleJobs = recycleJobs
            self.recycleMemory = recycleMemory
            self.jobMemory = jobMemory
            self.idleTimeout = idleTimeout
            self.workDirectory = workDirectory
            self.saveSession = saveSession
            self.startTimeout = startTimeout
            self.loadTimeout = loadTimeout
            self.outputLimit = outputLimit
            self.environment = environment
            self.settingsSection = settingsSection
        }
    }
}
