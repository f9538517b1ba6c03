/// What a command could not do, with the number that Windows has for the reason, so that scripts written for the Windows
/// worker find what they look for.
struct ServiceError: Error, Hashable, CustomStringConvertible {
    enum Reason: Hashable {
        case accessDenied
        case timedOut
        case busy
        case alreadyRunning
        case badAccount
        case disabled
        case notInstalled
        case notStarted
        case endedUnexpectedly
        case dependencyFailed
        case alreadyExists
        case cancelled
        /// Windows has no number for it.
        case other(String)

        /// Of winerror.h.
        var number: Int? {
            switch self {
            case .accessDenied: 5
            case .timedOut: 1053
            case .busy: 1055
            case .alreadyRunning: 1056
            case .badAccount: 1057
            case .disabled: 1058
            case .notInstalled: 1060
            case .notStarted: 1062
            case .endedUnexpectedly: 1067
            case .dependencyFailed: 1068
            case .alreadyExists: 1073
            case .cancelled: 1223
            case .other: nil
            }
        }

        var text: String {
            switch self {
            case .accessDenied: "Access is denied."
            case .timedOut: "The service did not respond to the start or control request in a timely fashion."
            case .busy: "The service database is locked."
            case .alreadyRunning: "An instance of the service is already running."
            case .badAccount: "The account name is invalid or does not exist."
            case .disabled: "The service cannot be started, because it is disabled."
            case .notInstalled: "The specified service does not exist as an installed service."
            case .notStarted: "The service has not been started."
            case .endedUnexpectedly: "The process terminated unexpectedly."
            case .dependencyFailed: "The dependency service or group failed to start."
            case .alreadyExists: "The specified service already exists."
            case .cancelled: "The operation was canceled."
            case .other(let text): text
            }
        }
    }

    let reason: Reason
    /// What lies behind it and what to do about it; a line of its own.
    let hint: String?

    init(_ reason: Reason, hint: String? = nil) {
        self.reason = reason
        self.hint = hint
    }

    /// `The specified service already exists. (1073)`
    var description: String {
        reason.text + (reason.number.map { " (\($0))" } ?? "") + (hint.map { "\n" + $0 } ?? "")
    }
}
