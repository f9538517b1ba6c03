import JSONKit
import Testing

@testable import ControlCommands

@Suite struct JobBatchesTests {
    private let jobs: [JSONObject] = (0..<7).map { ["Input": ["a": ["x": .int($0)]]] }

    @Test func batchesKeepOrderAndCount() {
        let batches = JobBatches(jobs, countLimit: 3).map(Array.init)
        #expect(batches.map(\.count) == [3, 3, 1])
        #expect(batches.flatMap { $0 } == jobs)
    }

    @Test func batchesKeepToTheSize() {
        // Each job is 23 bytes of text.
        #expect(JobBatches(jobs, byteLimit: 50).map(\.count) == [2, 2, 2, 1])
    }

    @Test func aLargeJobGoesAlone() {
        #expect(JobBatches(jobs, byteLimit: 1).map(\.count) == Array(repeating: 1, count: 7))
    }

    @Test func nothingMakesNoBatch() { #expect(JobBatches([]).map(\.count) == []) }
}
