extension Logger {
    /// How much an entry matters, least first.
    public enum Level: String, CaseIterable, Comparable, Sendable {
        case trace, debug, info, notice, warning, error

        public static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }

        /// The level's name in upper case, as it stands in a line of text.
        public var label: String {
            switch self {
            case .trace: "TRACE"
            case .debug: "DEBUG"
            case .info: "INFO"
            case .notice: "NOTICE"
            case .warning: "WARNING"
            case .error: "ERROR"
            }
        }

        /// The syslog priority (RFC 5424, table 2) that `sd-daemon(3)` prefixes and the journal's `PRIORITY` use.
        public var priority: Int {
            switch self {
            case .trace, .debug: 7
            case .info: 6
            case .notice: 5
            case .warning: 4
            case .error: 3
            }
        }

        private var rank: Int {
            switch self {
            case .trace: 0
            case .debug: 1
            case .info: 2
            case .notice: 3
            case .warning: 4
            case .error: 5
            }
        }
    }
}
