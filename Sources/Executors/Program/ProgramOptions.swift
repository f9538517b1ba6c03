public import ProcessKit

extension ProgramExecutor {
    /// How the programs of Sinter configurations are run.
    public struct Options: Sendable {
        /// Added to a program's environment, or replaces what is there; what the configuration sets replaces this.
        public var environment: [String: String]
        /// Names of the worker's own variables that programs get.
        public var environmentPassthrough: [String]
        /// The largest file of outputs in bytes.
        public var outputLimit: Int
        /// The most bytes that are kept of stdout and of stderr; also the limit of outputs on stdout.
        public var logLimit: Int
        /// Of a program and each of its descendants.
        public var limits: ResourceLimits
        /// How long a program may take between SIGTERM and SIGKILL.
        public var grace: Duration
        /// The section of the settings that messages name.
        public var settingsSection: String
        /// The programs that configurations may name: `octave-cli`, found in PATH; `/opt/venv/bin/python3`, named so or
        /// `python3`; `./` for those that a simulation brings itself. Nil for any. It keeps order and is no fence: most
        /// programs can start others.
        public var allowed: [String]?

        public init(
            environment: [String: String] = [:], environmentPassthrough: [String] = ["LANG", "LC_ALL", "TZ"],
            outputLimit: Int = 64 << 20, logLimit: Int = 1 << 20, limits: ResourceLimits = ResourceLimits(),
            grace: Duration = .seconds(2), settingsSection: String = "application.program", allowed: [String]? = nil
        ) {
            self.environment = environment
            self.environmentPassthrough = environmentPassthrough
            self.outputLimit = outputLimit
            self.logLimit = logLimit
            self.limits = limits
            self.grace = grace
            self.settingsSection = settingsSection
            self.allowed = allowed
        }
    }
}
