import FOQUSModel
import Testing

@testable import WorkerProgram

/// What the keeper of scopes, which has root's rights, takes for a request.
@Suite struct ScopeRequestTests {
    private static let name = "foqus-job-01234567-89ab-7def-8123-456789abcdef"

    @Test(arguments: [
        JobLimits(), JobLimits(time: .seconds(90), memory: 1 << 30, tasks: 50, processor: 250),
    ])
    func comesAsItWasSent(limits: JobLimits) {
        let request = ScopeRequest(
            id: 7, processes: [4711, 4712], name: Self.name, description: "FOQUS job \"x\"\nof alice", limits: limits)
        let read = ScopeRequest(line: request.line)
        #expect(read?.id == 7)
        #expect(read?.processes == [4711, 4712])
        #expect(read?.name == Self.name)
        #expect(read?.limits == limits)
        // One line, for a unit's description.
        #expect(read?.description == "FOQUS job \"x\" of alice")
    }

    @Test(arguments: [
        "", "{}", "[1]", "no JSON",
        #"{"id":1,"processes":[1],"name":"\#(name)","description":"init"}"#,
        #"{"id":1,"processes":[0],"name":"\#(name)","description":"none"}"#,
        #"{"id":1,"processes":[99999999999],"name":"\#(name)","description":"too large"}"#,
        #"{"id":1,"processes":["5"],"name":"\#(name)","description":"text"}"#,
        #"{"id":1,"processes":[],"name":"\#(name)","description":"nobody"}"#,
        #"{"id":1,"processes":[5,6,7],"name":"\#(name)","description":"too many"}"#,
        #"{"id":1,"processes":[5],"name":"ssh","description":"another unit"}"#,
        #"{"id":1,"processes":[5],"name":"foqus-job-","description":"no identifier"}"#,
        #"{"id":1,"processes":[5],"name":"\#(name).service","description":"longer"}"#,
        #"{"id":1,"processes":[5],"name":"foqus-job-01234567-89ab-7def-8123-456789abcde/","description":"slash"}"#,
        #"{"id":1,"processes":[5],"name":"foqus-job-0123456789AB-7def-8123-456789abcdefg","description":"letters"}"#,
        #"{"processes":[5],"name":"\#(name)","description":"nobody to answer"}"#,
    ])
    func otherThingsAreNone(line: String) {
        #expect(ScopeRequest(line: Array(line.utf8)) == nil)
    }

    /// A limit that makes no sense is none, and none is no limit: the worker has checked its settings.
    @Test func negativeLimitsAreNone() {
        let line = #"{"id":1,"processes":[5],"name":"\#(Self.name)","description":"x","memory":-1,"tasks":0}"#
        #expect(ScopeRequest(line: Array(line.utf8))?.limits == JobLimits())
    }
}
