import Threading

/// Lets a condition that lasts be reported once, and once more when it changes.
///
/// A queue that is unreachable for an hour gives one line when that begins and one when it ends:
///
///     if let change = filter.change(of: "queue", to: "unreachable") { log.warning("queue unreachable") }
///     …
///     if let change = filter.change(of: "queue", to: nil) { log.notice("queue back", ["repeats": change.repeats]) }
public final class RepeatFilter: Sendable {
    public struct Change: Sendable, Hashable {
        /// What the state was; nil when the subject was in order.
        public let previous: String?
        /// How often the previous state was seen again without a report.
        public let repeats: Int
    }

    private struct Condition {
        var state: String
        var repeats = 0
    }

    private let conditions = Locked<[String: Condition]>([:])

    public init() {}

    /// Notes the state of `subject`. Nil when it is what it was: nothing to report.
    ///
    /// - Parameter state: nil for "in order", which every subject is at first and which costs no memory.
    public func change(of subject: String, to state: String?) -> Change? {
        conditions.withLock { conditions in
            let known = conditions[subject]
            guard known?.state != state else {
                conditions[subject]?.repeats += 1
                return nil
            }
            conditions[subject] = state.map { Condition(state: $0) }
            return Change(previous: known?.state, repeats: known?.repeats ?? 0)
        }
    }
}
