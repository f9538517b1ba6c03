import FOQUSModel
import JSONKit
import Stores

/// What becomes of an attempt: its result, or what cut it short.
enum AttemptEnd: Sendable {
    case result(AttemptResult)
    case cut(CancelReason)

    /// A run that had ended before the service stopped or its slot was wanted has its result; one whose job is over or
    /// is another worker's has not.
    init(_ result: AttemptResult, cutShort reason: CancelReason?) {
        switch (reason, result) {
        case (nil, _), (.drained, .final), (.crowded, .final): self = .result(result)
        case (let reason?, _): self = .cut(reason)
        }
    }

    /// What the metric count_of_job_finish calls it (cloud-protocol 2.8); nil when the job is not over.
    func metric(hasStarted: Bool) -> String? {
        switch self {
        case .cut(.terminated): return "terminate.job"
        case .cut(.superseded): return "ignore.job.finished"
        case .result(.final(let state, _, let output, _)):
            if state == .success { return "success.job" }
            if !hasStarted { return "error.job.setup" }
            // The flowsheet ran, and says what went wrong by a number.
            if let number = output?["graphError"]?.intValue, number != 0 { return "error.flowsheet.\(number)" }
            return "error.job.run"
        case .cut(.leaseLost), .cut(.drained), .cut(.crowded), .result(.infrastructure), .result(.noSpace),
            .result(.cancelled):
            return nil
        }
    }

    /// What operators call it.
    ///
    /// - Parameter mayBeTriedAgain: after a failure of the machine.
    func outcome(mayBeTriedAgain: Bool) -> JobOutcome {
        switch self {
        case .cut(.terminated): .terminated
        case .cut(.superseded): .dropped
        case .cut(.leaseLost): .leaseLost
        case .result(.final(let state, _, _, _)): state == .success ? .success : .error
        case .result(.infrastructure): mayBeTriedAgain ? .retried : .error
        case .result(.noSpace): .retried
        case .cut(.drained), .cut(.crowded), .result(.cancelled): .givenBack
        }
    }

    /// For the log line.
    var word: String {
        switch self {
        case .result(.final(let state, _, _, _)): state == .success ? "succeeded" : "ended in \(state.rawValue)"
        case .result(.infrastructure), .result(.noSpace): "could not be run"
        case .result(.cancelled): "was cancelled"
        case .cut(.terminated): "killed by its user"
        case .cut(.superseded): "dropped: another attempt finished it"
        case .cut(.leaseLost): "dropped: another worker has it"
        case .cut(.drained): "given back: the service stops"
        case .cut(.crowded): "given back: no slot for it here"
        }
    }
}
