import FOQUSModel
import Stores

/// How long jobs take here, and how many of the next ones are worth fetching before there is a slot for them.
struct JobPace: Sendable {
    /// What a new run counts in the mean.
    private static let weight = 0.2

    private let slots: Int
    private let fetchAhead: Double
    /// The most that are fetched ahead: what a few calls bring, which are under way for longer than short jobs run.
    private let limit: Int
    /// Seconds; nil before the first run.
    private var mean: Double?

    /// - Parameter fetchAhead: how long a job may be expected to wait for a slot; zero fetches nothing ahead.
    init(slots: Int, fetchAhead: Duration) {
        self.slots = slots
        self.fetchAhead = fetchAhead.inSeconds
        limit = max(60, 4 * slots)
    }

    /// The same experience with other slots.
    func with(slots: Int, fetchAhead: Duration) -> JobPace {
        var other = JobPace(slots: slots, fetchAhead: fetchAhead)
        other.mean = mean
        return other
    }

    mutating func add(_ duration: Duration) {
        mean = mean.map { $0 + Self.weight * (duration.inSeconds - $0) } ?? duration.inSeconds
    }

    /// As many as the slots are expected to take on within the time allowed. A run that is older than the mean counts
    /// with its age: so it shows at once when jobs become longer.
    func ahead(runningSince starts: [Instant], now: Instant) -> Int {
        guard let mean, fetchAhead > 0 else { return 0 }
        let expected =
            starts.isEmpty
            ? mean : starts.reduce(0) { $0 + max(mean, (now - $1).inSeconds) } / Double(starts.count)
        return Int(min(Double(limit), fetchAhead * Double(slots) / max(expected, 1e-6)))
    }
}
