public import FOQUSModel
public import JSONKit
public import Stores

extension DynamoJobTable {
    /// Waits until the job's row shows the output that was published.
    ///
    /// Output and success are two notifications that may overtake each other. A success that comes first leaves a job
    /// without result for ever (cloud-protocol 3.1); upstream's worker sleeps two seconds in between and hopes.
    ///
    /// - Parameters:
    ///   - value: what was published. An earlier attempt's output, which the lambdas leave in the row, does not count.
    ///   - limit: after this the worker goes on all the same.
    /// - Returns: whether the output was seen.
    public func waitForOutput(
        of job: JobID, _ value: JSON, within limit: Duration
    ) async throws(StoreError) -> Bool {
        let operation = "wait for the output of job \(job)"
        // As it is read back: numbers that JSON lacks are words then.
        let wanted = try? JSON.parse(value.serialized())
        let deadline = time.instant() + limit
        var pause = Duration.milliseconds(20)
        while true {
            if try await output(of: job, operation) == wanted { return true }
            let left = deadline - time.instant()
            if left <= .zero { return false }
            do {
                try await time.sleep(for: min(pause, left))
            } catch {
                throw StoreError(.unavailable, operation, "it was cancelled", underlying: error)
            }
            pause = min(pause * 2, .seconds(1))
        }
    }

    /// Nil when there is none, or none that can be read.
    private func output(of job: JobID, _ operation: String) async throws(StoreError) -> JSON? {
        let item = try await table.get(JobItem.key(job), attributes: ["output"], for: operation)
        return item?["output"]?.stringValue.flatMap { try? JSON.parse($0) }
    }
}
