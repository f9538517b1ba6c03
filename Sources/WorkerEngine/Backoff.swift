import Stores

/// Delays that double from `first` to `longest`, with half of each left to chance so that workers do not
/// come back all at once.
struct Backoff: Sendable {
    let first: Duration
    let longest: Duration

    /// The delay after `failures` failures in a row (1 or more).
    func delay(afterFailures failures: Int, random: any RandomSource) -> Duration {
        let doublings = min(max(failures - 1, 0), 30)
        let full = min(first * Double(1 << doublings), longest)
        return full * (0.5 + random.fraction() / 2)
    }
}
