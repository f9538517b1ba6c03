import FOQUSModel
import Stores
import Threading

/// The time by which calls are signed: this machine's, and what the service's is found to be ahead of it.
final class ClockCorrection: Sendable {
    /// Less is no reason for a service to refuse: the strictest allow five minutes.
    private static let tolerance = Duration.seconds(240)

    private let time: any TimeSource
    private let ahead = Locked(Duration.zero)

    init(_ time: any TimeSource) { self.time = time }

    func now() -> Timestamp { time.now() + ahead.withLock { $0 } }

    /// How far the service is ahead of this machine, where that is so much else than was thought at an attempt that it
    /// may have been refused for it; nil when it is not.
    ///
    /// - Parameters:
    ///   - signed: what `now()` was.
    ///   - machine: the machine's own time at that moment.
    ///   - date: the service's, in its answer.
    func skew(signed: Timestamp, machine: Timestamp, date: Timestamp) -> Duration? {
        let found = date - time.now()
        let difference = found - (signed - machine)
        return difference > Self.tolerance || difference < .zero - Self.tolerance ? found : nil
    }

    /// From now on the service is taken to be so far ahead.
    func adopt(_ skew: Duration) { ahead.withLock { $0 = skew } }
}
