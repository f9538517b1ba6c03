import Logging
import Stores
import Threading

/// Tells of a store's trouble when it begins, when it turns into one of another kind, and when it is over: one line
/// each, however many calls fail meanwhile and whatever each of them says.
///
/// A trouble that comes back within a minute is the same one, and told again only when it lasts.
final class Troubles: Sendable {
    private struct State {
        /// What kind it is; nil when there is none.
        var kind: Kind?
        var began = Instant(nanoseconds: 0)
        var isTold = false
        var failures = 0
        /// When the last one that was told was over.
        var ended: Instant?
    }

    /// What a person does about it: wait, or see to what the code says.
    private enum Kind: Hashable {
        case passing
        case other(StoreError.Code)

        init(_ error: StoreError) {
            switch error.code {
            case .unavailable, .throttled: self = .passing
            default: self = .other(error.code)
            }
        }
    }

    private static let pause = Duration.seconds(60)

    private let states = Locked<[String: State]>([:])
    private let time: any TimeSource
    private let logger: Logger

    init(time: any TimeSource, logger: Logger) {
        self.time = time
        self.logger = logger
    }

    /// A call has failed.
    ///
    /// - Parameters:
    ///   - subject: whatever fails and recovers as one.
    ///   - facts: beside the reason.
    ///   - event: the kind of entry in the journal.
    func failed(
        _ subject: String, _ error: StoreError, _ message: String, level: Logger.Level = .error,
        _ facts: @autoclosure () -> Logger.Metadata = [:], event: (any LogEvent)? = nil
    ) {
        let kind = Kind(error)
        let now = time.instant()
        let isNews = states.withLock { states in
            var state = states[subject] ?? State()
            defer { states[subject] = state }
            if state.kind == nil {
                (state.began, state.failures, state.isTold) = (now, 0, false)
                // Before this it was told that there is no trouble.
                if let ended = state.ended, now - ended < Self.pause { state.kind = kind }
            }
            state.failures += 1
            let isKnown = state.kind == kind && (state.isTold || now - state.began < Self.pause)
            guard !isKnown else { return false }
            (state.kind, state.isTold) = (kind, true)
            return true
        }
        guard isNews else { return }
        let all = ([:] as Logger.Metadata).merging(["reason": error]).merging(facts())
        logger.log(level, message, all, event: event)
    }

    /// A call has been carried out.
    func succeeded(_ subject: String, _ message: String, event: (any LogEvent)? = nil) {
        let now = time.instant()
        let failures: Int? = states.withLock { states in
            guard let state = states[subject], state.kind != nil else { return nil }
            states[subject] = State(ended: state.isTold ? now : state.ended)
            return state.isTold ? state.failures : nil
        }
        if let failures { logger.notice(message, ["failures": failures], event: event) }
    }
}
