extension TurbineExecutor {
    /// Where the jobs of an application are forwarded to, and how patiently.
    public struct Options: Sendable {
        /// Which kind of gateway it is.
        public enum Dialect: String, Sendable, CaseIterable {
            /// TurbineLite on a Windows host.
            case turbinelite
            /// A gateway of this project, or of the FOQUS cloud.
            case foqus
        }

        /// As `http://windows.example:8000/TurbineLite`.
        public var url: String
        public var dialect: Dialect
        /// TurbineLite has none.
        public var user: String?
        public var password: String
        /// PEM file of the certificate authorities to trust; nil for the system's.
        public var authorities: String?
        /// The application's name there.
        public var application: String
        /// Before the names of simulations there; `{user}` stands for the job's user. Without it, simulations of the same
        /// name of several users take each other's place.
        public var prefix: String
        /// Between two looks at a job: at first, and at most.
        public var pollMinimum: Duration
        public var pollMaximum: Duration
        /// How long a gateway that does not answer is waited for.
        public var outagePatience: Duration
        /// Words in a job's messages, in any case, that tell of a licence that could not be had.
        public var licencePatterns: [String]
        /// How long the application pauses after that, at first; doubled up to fifteen minutes.
        public var licencePause: Duration
        /// How long a job waits for a licence.
        public var licencePatience: Duration
        /// Of one request, an upload included.
        public var requestTimeout: Duration
        /// The section of the settings that messages name.
        public var settingsSection: String

        public init(
            url: String, dialect: Dialect = .turbinelite, user: String? = nil, password: String = "",
            authorities: String? = nil, application: String, prefix: String = "", pollMinimum: Duration = .seconds(1),
            pollMaximum: Duration = .seconds(15), outagePatience: Duration = .seconds(600),
            licencePatterns: [String] = ["license", "licence", "FLEXnet", "FlexLM", "SLM"],
            licencePause: Duration = .seconds(60), licencePatience: Duration = .seconds(6 * 3600),
            requestTimeout: Duration = .seconds(120), settingsSection: String
        ) {
            self.url = url
            self.dialect = dialect
            self.user = user
            self.password = password
            self.authorities = authorities
            self.application = application
            self.prefix = prefix
            self.pollMinimum = pollMinimum
            self.pollMaximum = pollMaximum
            self.outagePatience = outagePatience
            self.licencePatterns = licencePatterns
            self.licencePause = licencePause
            self.licencePatience = licencePatience
            self.requestTimeout = requestTimeout
            self.settingsSection = settingsSection
        }
    }
}
