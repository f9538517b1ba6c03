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
