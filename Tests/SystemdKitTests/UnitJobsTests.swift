import TestSupport
import Testing

@testable import SystemdKit

@Suite struct UnitJobsTests {
    private static func removal(of job: String, _ result: String) -> BusSignal {
        BusSignal(
            path: "/", interface: "", member: "JobRemoved",
            arguments: [.uint32(1), .objectPath(job), .string("x.service"), .string(result)])
    }

    @Test func aJobThatIsOverBeforeItsNameIsKnownIsNotMissed() async throws {
        let jobs = UnitJobs()
        let result = try await jobs.run("StartUnit") { () async throws(BusError) in
            jobs.removed(Self.removal(of: "/job/2", "failed"))
            jobs.removed(Self.removal(of: "/job/1", "done"))
            return [.objectPath("/job/1")]
        }
        #expect(result == .done)
    }

    @Test func aResultOfAnEarlierJobIsNotKept() async throws {
        let jobs = UnitJobs()
        jobs.removed(Self.removal(of: "/job/1", "failed"))  // nobody's: another client queued it
        let waiting = Task { try await jobs.run("StartUnit") { () async throws(BusError) in [.objectPath("/job/1")] } }
        try await eventually("the job is waited for") { jobs.waitingCount == 1 }
        jobs.removed(Self.removal(of: "/job/2", "done"))
        jobs.removed(Self.removal(of: "/job/1", "timeout"))
        #expect(try await waiting.value == .timeout)
    }

    @Test func aCancelledTaskWaitsNoMore() async throws {
        let jobs = UnitJobs()
        let waiting = Task { try await jobs.run("StopUnit") { () async throws(BusError) in [.objectPath("/job/1")] } }
        waiting.cancel()
        let error = await #expect(throws: BusError.self) { try await waiting.value }
        #expect(error?.operation == "wait for the job of StopUnit")
    }

    @Test func theEndOfTheConnectionEndsTheWait() async throws {
        let jobs = UnitJobs()
        let error = await #expect(throws: BusError.self) {
            try await jobs.run("StopUnit") { () async throws(BusError) in
                jobs.end()
                return [.objectPath("/job/1")]
            }
        }
        #expect(error?.isDisconnected == true)
    }
}
