import FOQUSModel
import JSONKit

/// Appends jobs in requests of a size that any gateway takes.
struct JobSender: Sendable {
    let gateway: any GatewayService
    let display: ProgressDisplay

    /// Returns the ids in the order of the jobs.
    func append(_ jobs: [JSONObject], to session: SessionID) async throws(ControlError) -> [JobID] {
        var ids: [JobID] = []
        ids.reserveCapacity(jobs.count)
        for batch in JobBatches(jobs) {
            let added = try await gateway.append(Array(batch), to: session)
            guard added.count == batch.count else {
                throw ControlError(
                    .refused, "the gateway took \(added.count.of("job")) of a batch of \(batch.count).")
            }
            ids += added
            display.transient("appended \(ids.count) of \(jobs.count.of("job"))")
        }
        display.clear()
        return ids
    }
}
