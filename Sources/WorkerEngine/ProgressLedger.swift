public import Stores
import Threading

/// Where the parts of a worker note that they advance: proof for the supervisor's watchdog that it is at work (ADR 20).
///
/// A part says by when it will have come back, or that it waits for something that may take for ever. What is overdue
/// hangs: on a lock, in a call that never returns, or with the whole process.
public final class ProgressLedger: Sendable {
    /// What must advance.
    public enum Part: String, Sendable, Hashable, CaseIterable {
        /// Calls for messages.
        case poll
        /// Renewals of leases.
        case leases
        /// Deliveries of results.
        case outbox
        /// Looks for jobs that were killed.
        case cancels
    }

    /// Longer than any call to a store may take, with all its repetitions.
    public static let callPatience = Duration.seconds(300)

    private let time: any TimeSource
    private let patience: Duration
    private let due = Locked<[Part: Instant]>([:])

    /// - Parameter patience: what a part may take beyond the time that it waits on purpose.
    public init(time: any TimeSource, patience: Duration = ProgressLedger.callPatience) {
        self.time = time
        self.patience = patience
    }

    /// The part is at work. It waits on purpose for `wait` at most, and then comes back.
    func expect(_ part: Part, after wait: Duration = .zero) {
        let limit = time.instant() + wait + patience
        due.withLock { $0[part] = limit }
    }

    /// The part has nothing to do, or waits for something that may take for ever, such as a job.
    func rest(_ part: Part) { due.withLock { $0[part] = nil } }

    /// The parts that should have come back, and how long ago.
    public func overdue() -> [(part: Part, by: Duration)] {
        let now = time.instant()
        let due = due.withLock { $0 }
        return Part.allCases.compactMap { part in
            guard let limit = due[part], limit < now else { return nil }
            return (part, now - limit)
        }
    }
}
