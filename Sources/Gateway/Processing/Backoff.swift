import Stores

/// Delays that double from `first` to `longest`; half of each is left to chance, so that several gateways do not come
/// back at the same moment.
struct Backoff: Sendable {
    var first: Duration = .milliseconds(100)
    var longest: Duration = .seconds(30)

    /// - Parameter failures: in a row, 1 or more.
    func delay(afterFailures failures: Int, _ random: any RandomSource) -> Duration {
        let doublings = min(max(failures - 1, 0), 30)
        return min(first * Double(1 << doublings), longest) * (0.5 + random.fraction() / 2)
    }
}
