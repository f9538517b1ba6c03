import Stores

/// Tries something a few times, with pauses that double.
struct Attempts: Sendable {
    /// How often at most.
    let limit: Int
    /// Before the second attempt.
    let pause: Duration
    let time: any TimeSource

    /// - Parameter attempt: returns nil to be called again; called with true the last time, when it must return or throw.
    func run<Value: Sendable>(
        _ attempt: (_ last: Bool) async throws(AWSError) -> Value?
    ) async throws(AWSError) -> Value {
        var pause = pause
        for number in 1...max(limit, 1) {
            if let value = try await attempt(number >= limit) { return value }
            do { try await time.sleep(for: pause) } catch {
                throw .cancelled(service: "credentials", "the search for credentials")
            }
            pause *= 2
        }
        preconditionFailure("the last attempt neither returned nor threw")
    }
}
