import JSONKit

/// What a runner asks of the worker during a run, and waits for.
struct RunnerCall: Sendable, Hashable {
    /// Among the calls of its run.
    let number: Int
    /// The event as it was told.
    let request: JSON

    /// Gives the members of the answer. Its task is cancelled when the run is over.
    typealias Answerer = @Sendable (RunnerCall) async -> JSONObject
}
