public import ProcessKit

extension CommandExecutor {
    /// How the program of an application is run.
    public struct Options: Sendable {
        /// An absolute path, or a name to be found in PATH. A path such as `./model.sh` names a file of the
        /// simulation.
        public var program: String
        public var arguments: [String]
        /// Added to the program's environment, or replaces what is there. The job's own variables stand nevertheless.
        public var environment: [String: String]
        /// Names of the worker's own variables that the program gets.
        public var environmentPassthrough: [String]
        /// Where the program writes its output, in the job's folder.
        public var outputFile: String
        /// The largest output file in bytes.
        public var outputLimit: Int
        /// The most bytes that are kept of stdout and of stderr; also the limit of an output on stdout.
        public var logLimit: Int
        /// Of the program and each of its descendants.
        public var limits: ResourceLimits
        /// How long the program may take between SIGTERM and SIGKILL.
        public var grace: Duration
        /// The section of the settings that messages name.
        public var settingsSection: String

        public init(
            program: String, arguments: [String] = [], environment: [String: String] = [:],
            environmentPassthrough: [String] = ["LANG", "LC_ALL", "TZ"], outputFile: String = "output.json",
            outputLimit: Int = 64 << 20, logLimit: Int = 1 << 20, limits: ResourceLimits = ResourceLimits(),
            grace: Duration = .seconds(2), settingsSection: String = "application.command"
        ) {
            self.program = program
            self.arguments = arguments
            self.environment = environment
            self.environmentPassthrough = environmentPassthrough
            self.outputFile = outputFile
            self.outputLimit = outputLimit
            self.logLimit = logLimit
            self.limits = limits
            self.grace = grace
            self.settingsSection = settingsSection
        }
    }
}
