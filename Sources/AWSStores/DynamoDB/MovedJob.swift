import FOQUSModel
import JSONKit
import Stores

/// A change with its JSON made once.
struct JobChange: Sendable {
    enum Kind: Sendable {
        case status(JobState, consumer: ConsumerID?, message: String?, at: Timestamp)
        case output(String)
        case consumer(ConsumerID, instance: String?, at: Timestamp)
    }

    /// Among the changes of the call.
    let index: Int
    /// Nil for a consumer.
    let job: JobID?
    let kind: Kind

    init(_ index: Int, _ update: JobUpdate) {
        self.index = index
        job = update.job
        kind =
            switch update {
            case .status(_, let state, let consumer, let message, let time):
                .status(state, consumer: consumer, message: message, at: time)
            case .output(_, let value): .output(value.text())
            case .consumerRunning(let consumer, let instance, let time):
                .consumer(consumer, instance: instance, at: time)
            }
    }
}

/// A job's row and what becomes of it.
struct MovedJob: Sendable {
    let row: JobItem
    var standing: JobStanding
    /// When it ended: the index of that change.
    private(set) var order = 0
    /// Who spoke of the job, when, and what of.
    private(set) var voices: [(consumer: ConsumerID, state: JobState, time: Timestamp)] = []

    init(_ row: JobItem) {
        self.row = row
        standing = JobStanding(row)
    }

    mutating func apply(_ change: JobChange) -> UpdateOutcome {
        switch change.kind {
        case .consumer: return .applied
        case .output(let text): return standing.take(output: text)
        case .status(let state, let consumer, let message, let time):
            let outcome = standing.move(to: state, by: consumer, message, at: time)
            if outcome == .applied, state.isFinal { order = change.index }
            if let consumer { voices.append((consumer, state, time)) }
            return outcome
        }
    }

    /// Whether the row stands as this job shall, by the write whose answer was lost. An end is a transaction, whose
    /// repetition is harmless: an end that stands already is another's.
    func isReached(by other: JobItem) -> Bool {
        !standing.isFinishedNow && standing.isReached(by: other)
    }
}

extension Array where Element: Hashable {
    /// Each element once, where it came first.
    func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
