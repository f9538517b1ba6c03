/// Why a runner could not do what it was asked.
enum RunnerFailure: Error, Sendable, Equatable {
    /// It never got ready: the machine or the settings are to blame. Says what and the remedy.
    case cannotStart(String)
    /// The engine refuses the session file or a plug-in: the simulation is to blame.
    case refused(String)
    /// It did not answer in time and was killed.
    case hung(String)
    /// It ended, or broke the protocol and was killed.
    case died(String)
    /// The task was cancelled.
    case cancelled

    var reason: String {
        switch self {
        case .cannotStart(let reason), .refused(let reason), .hung(let reason), .died(let reason): reason
        case .cancelled: "it was cancelled"
        }
    }
}
