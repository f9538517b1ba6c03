import JSONKit

/// Cuts a list of jobs into requests that no gateway finds too large.
struct JobBatches: Sequence, IteratorProtocol {
    private let jobs: [JSONObject]
    private let countLimit: Int
    private let byteLimit: Int
    private var position = 0

    /// - Parameters:
    ///   - countLimit: the most jobs in a batch.
    ///   - byteLimit: of JSON text; a single job that is larger is a batch by itself.
    init(_ jobs: [JSONObject], countLimit: Int = 500, byteLimit: Int = 1 << 20) {
        self.jobs = jobs
        self.countLimit = countLimit
        self.byteLimit = byteLimit
    }

    mutating func next() -> ArraySlice<JSONObject>? {
        guard position < jobs.count else { return nil }
        let first = position
        var size = 0
        repeat {
            size += JSON.object(jobs[position]).serialized().count
            if size > byteLimit, position > first { break }
            position += 1
        } while position < jobs.count && position - first < countLimit
        return jobs[first..<position]
    }
}
