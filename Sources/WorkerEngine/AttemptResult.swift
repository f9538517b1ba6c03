import FOQUSModel
import JSONKit
import JournalEvents
import Stores

/// How an attempt ended, before anybody is told.
enum AttemptResult: Sendable {
    /// The job is over. `files`: its uploads and the removal of its folder.
    case final(JobState, message: String?, output: JSON?, files: [Effect])
    /// The machine failed; the job may be tried again.
    case infrastructure(String)
    /// The worker's disk is full, so that nothing can be tried here: no attempt of the job's.
    case noSpace(String)
    case cancelled

    var isFailure: Bool {
        switch self {
        case .final(let state, _, _, _): state != .success
        case .infrastructure, .noSpace: true
        case .cancelled: false
        }
    }

    var reason: String? {
        switch self {
        case .final(_, let message, _, _): message
        case .infrastructure(let message), .noSpace(let message): message
        case .cancelled: nil
        }
    }

    /// What the metric count_of_job_finish calls it (cloud-protocol 2.8); nil when the job is not over.
    func metric(cutShort reason: CancelReason?, hasStarted: Bool) -> String? {
        switch (reason, self) {
        case (.terminated, _): return "terminate.job"
        case (.superseded, _): return "ignore.job.finished"
        case (.leaseLost, _), (_, .infrastructure), (_, .noSpace), (_, .cancelled): return nil
        case (nil, .final(let state, _, let output, _)), (.drained, .final(let state, _, let output, _)),
            (.crowded, .final(let state, _, let output, _)):
            if state == .success { return "success.job" }
            if !hasStarted { return "error.job.setup" }
            // The flowsheet ran, and says what went wrong by a number.
            if let number = output?["graphError"]?.intValue, number != 0 { return "error.flowsheet.\(number)" }
            return "error.job.run"
        }
    }

    /// What operators call it.
    ///
    /// - Parameter mayBeTriedAgain: after a failure of the machine.
    func outcome(cutShort reason: CancelReason?, mayBeTriedAgain: Bool) -> JobOutcome {
        switch (reason, self) {
        case (.terminated, _): .terminated
        case (.superseded, _): .dropped
        case (.leaseLost, _): .leaseLost
        case (nil, .final(let state, _, _, _)), (.drained, .final(let state, _, _, _)),
            (.crowded, .final(let state, _, _, _)):
            state == .success ? .success : .error
        case (nil, .infrastructure): mayBeTriedAgain ? .retried : .error
        case (nil, .noSpace): .retried
        case (.drained, _), (.crowded, _), (nil, .cancelled): .givenBack
        }
    }

    /// For the log line.
    func word(cutShort reason: CancelReason?) -> String {
        switch (reason, self) {
        case (nil, .final(let state, _, _, _)), (.drained, .final(let state, _, _, _)),
            (.crowded, .final(let state, _, _, _)):
            state == .success ? "succeeded" : "ended in \(state.rawValue)"
        case (nil, .infrastructure), (nil, .noSpace): "could not be run"
        case (nil, .cancelled): "was cancelled"
        case (.terminated, _): "killed by its user"
        case (.superseded, _): "dropped: another attempt finished it"
        case (.leaseLost, _): "dropped: another worker has it"
        case (.drained, _): "given back: the service stops"
        case (.crowded, _): "given back: no slot for it here"
        }
    }
}

extension JobOutcome {
    /// The kind of the log entry that tells it.
    var event: JournalEvent {
        switch self {
        case .success: .jobSucceeded
        case .error: .jobFailed
        case .terminated: .jobKilled
        case .refused: .jobRefused
        case .dropped: .jobDropped
        case .leaseLost: .leaseLost
        case .givenBack: .jobGivenBack
        case .retried: .jobRetried
        }
    }
}
