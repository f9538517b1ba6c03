/// How long to wait before looking again: short after a change, longer and longer while nothing changes.
struct PollInterval: Sendable, Hashable {
    static let shortest = Duration.milliseconds(100)
    static let longest = Duration.seconds(2)

    private var current = Self.shortest

    /// The next wait. `changed` says whether the last look showed something new.
    mutating func next(changed: Bool) -> Duration {
        if changed { current = Self.shortest }
        defer { current = min(current * 3 / 2, Self.longest) }
        return current
    }
}
