import FOQUSModel

/// When credentials that end are renewed.
struct RefreshWindows: Sendable, Hashable {
    /// From here on they are renewed in the background.
    let advisory: Timestamp
    /// From here on callers wait for new ones.
    let mandatory: Timestamp
    /// The pause between two attempts. No attempt follows another sooner, be it that the source still hands out the old
    /// credentials or that it is away.
    let pause: Duration

    /// A quarter of an hour and ten minutes ahead of the end, less for those that live shorter; the former is
    /// spread by a fifth to both sides, so that machines started together do not call together.
    /// - Parameter fraction: by chance, in 0..<1.
    init(from now: Timestamp, to expiration: Timestamp, fraction: Double) {
        let lifetime = max(expiration - now, .zero)
        let early = min(lifetime / 3, .seconds(900)) * (0.8 + 0.4 * fraction)
        advisory = expiration - early
        mandatory = expiration - min(lifetime / 6, .seconds(600))
        pause = .seconds(60) * (1 + fraction)
    }
}

extension Timestamp {
    fileprivate static func - (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds - duration.wholeMilliseconds)
    }
}
