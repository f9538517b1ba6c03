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
}
