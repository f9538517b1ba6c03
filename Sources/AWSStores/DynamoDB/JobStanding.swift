import FOQUSModel
import JSONKit
import Stores

/// The part of a job's row that changes, and the rules by which it does.
struct JobStanding: Sendable {
    private(set) var item: Item
    private(set) var state: JobState
    private let before: Item
    private let stateBefore: JobState

    init(_ job: JobItem) {
        item = job.item
        before = job.item
        state = job.state
        stateBefore = job.state
    }

    private var id: JobID? { item["Id"]?.stringValue.flatMap { JobID($0) } }
    var isMoved: Bool { state != stateBefore }
    var isFinishedNow: Bool { state.isFinal && !stateBefore.isFinal }

    // MARK: rules

    mutating func move(
        to target: JobState, by consumer: ConsumerID?, _ message: String?, at time: Timestamp
    ) -> UpdateOutcome {
        let isAnotherConsumer =
            consumer.map { consumer in
                item["ConsumerId"].map { $0 != .string(consumer.description) } ?? false
            } ?? false
        switch JobStateMachine.verdict(from: state, to: target) {
        case .refused: return .refused(state)
        case .repeated:
            // Another worker has leased the job before the first got it to run.
            guard target == .setup, isAnotherConsumer else { return .repeated }
        case .move:
            // The notice of a worker that has lost the job to another one, which has set it up since. An end is
            // accepted from either: what finishes first counts.
            if state == .setup, target == .running, isAnotherConsumer { return .refused(state) }
        }
        state = target
        if let consumer { item["ConsumerId"] = .string(consumer.description) }
        let stamp = AttributeValue.string(time.description)
        // `State` is `create` while a job is on its way (cloud-protocol 3.1).
        item["State"] = .string(target.isFinal || target == .stop ? target.rawValue : JobState.create.rawValue)
        switch target {
        case .create, .stop: break
        case .submit: item["submit"] = stamp
        case .setup:
            // An attempt leaves nothing to the next one.
            item["setup"] = stamp
            for name in ["running", "Message", "output"] { item[name] = nil }
        case .running: item["running"] = stamp
        case .success, .error, .terminate, .expired, .invalid: item["Finished"] = stamp
        }
        if let message { item["Message"] = .string(message) }
        return .applied
    }

    /// - Parameter text: the output as JSON, as it is stored.
    mutating func take(output text: String) -> UpdateOutcome {
        guard !state.isFinal || (state == .success && item["output"] == nil) else {
            return isStored(text) ? .repeated : .refused(state)
        }
        item["output"] = .string(text)
        return .applied
    }

    /// A lambda's text of the same value may differ.
    private func isStored(_ text: String) -> Bool {
        guard let stored = item["output"]?.stringValue else { return false }
        if stored == text { return true }
        guard let stored = try? JSON.parse(stored), let new = try? JSON.parse(text) else { return false }
        return stored == new
    }

    // MARK: writing

    /// What to write; nil when nothing has changed.
    func change(_ lifetimes: DynamoLifetimes, now: Timestamp) -> ItemChange? {
        var change = ItemChange()
        for (name, value) in item where before[name] != value { change.set[name] = value }
        change.remove = Set(before.keys).subtracting(item.keys)
        guard !change.isEmpty else { return nil }
        change.set["TTL"] = .init(lifetimes.ttl(of: state, at: now))
        return change
    }

    /// Holds while the row stands as it was read.
    var condition: Condition {
        var parts = JobItem.standingNames.map { Condition.unchanged($0, in: before) } + [.isThere]
        // A finished job takes one output, once.
        if stateBefore.isFinal { parts.append(.missing("output")) }
        return .all(parts)
    }

    /// Whether `other` already stands as this one shall: the write whose answer was lost.
    func isReached(by other: JobItem) -> Bool {
        (JobItem.standingNames + ["output", "Message"]).allSatisfy { other.item[$0] == item[$0] }
    }
}
