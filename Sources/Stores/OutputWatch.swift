public import FOQUSModel

/// Looks whether a published output has come to the job table.
///
/// Where topics keep no order and the reader of a job's end takes the output along from the table, as the existing
/// cloud's does (cloud-protocol 2.7, weakness 8), an end published too soon would lose the output.
public protocol OutputWatch: Sendable {
    func hasOutput(_ job: JobID) async throws(StoreError) -> Bool
}
