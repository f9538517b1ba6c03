/// What a runner's account of a run comes to, before its results are looked at.
enum RunSettlement: Sendable {
    /// The model ran to its end, well or not.
    case told(RunnerResult)
    case outcome(Outcome)

    /// - Parameters:
    ///   - excess: which limit of the job the run came up against.
    ///   - runner: what the runner is, for messages.
    init(_ end: RunEnd, excess: String?, timeout: Duration?, runner: String) {
        func withExcess(_ message: String) -> String { excess.map { "\($0): \(message)" } ?? message }
        switch end {
        case .overdue: self = .outcome(.timedOut(after: timeout ?? .zero))
        case .cancelled: self = .outcome(.cancelled)
        case .died(let reason, _):
            // Model and runner are one process here: the next attempt would end like this one.
            self = .outcome(.failed(message: withExcess("the \(runner) failed during the run: \(reason)"), output: nil))
        case .result(let result):
            switch (result.status, result.reason) {
            case (.error, .timeout): self = .outcome(.timedOut(after: timeout ?? .zero))
            case (.error, .files), (.error, .unavailable):
                self = .outcome(.infrastructure(message: result.message))
            case (.terminate, _):
                self = .outcome(.infrastructure(message: "the run was ended from outside: \(result.message)"))
            case (.error, _) where excess != nil:
                self = .outcome(.failed(message: withExcess(result.message), output: result.output))
            case (.success, _), (.error, _), (.invalid, _): self = .told(result)
            }
        }
    }
}

extension RunnerFailure {
    /// Of a job whose model did not begin.
    /// - Parameter runner: what the runner is, for messages.
    func outcome(runner: String) -> Outcome {
        switch self {
        case .cancelled: .cancelled
        case .cannotStart(let message): .infrastructure(message: message)
        case .refused(let reason): .failed(message: reason, output: nil)
        case .hung(let reason): .failed(message: "the \(runner) could not load the simulation: \(reason)", output: nil)
        case .died(let reason):
            .failed(message: "the \(runner) failed twice before the model began: \(reason)", output: nil)
        }
    }
}
