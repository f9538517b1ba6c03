public import FOQUSModel
public import JSONKit

/// Looks whether published outputs have come to the job table.
///
/// Where topics keep no order and the reader of a job's end takes the output along from the table, as the existing
/// cloud's does (cloud-protocol 2.7, weakness 8), an end published too soon would lose the output.
public protocol OutputWatch: Sendable {
    /// Those jobs for which the table has just this output: that of an attempt before does not count.
    func shown(_ outputs: [JobID: JSON]) async throws(StoreError) -> Set<JobID>
}
