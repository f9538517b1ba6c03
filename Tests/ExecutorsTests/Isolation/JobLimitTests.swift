import FOQUSModel
import ProcessKit
import Testing

@testable import Executors

/// Which limits a job has, and what its user is told of them.
@Suite struct JobLimitTests {
    @Test func theNearestRuleCounts() throws {
        var app = JobLimitChanges()
        app.memory = .some(100 << 20)
        app.tasks = .some(10)
        var anybodys = JobLimitChanges()
        anybodys.memory = .some(nil)
        var alices = JobLimitChanges()
        alices.time = .some(.seconds(5))
        alices.hasNetwork = false
        let book = JobLimitBook(
            standard: JobLimits(time: .seconds(60), memory: 50 << 20, processor: 100), applications: ["Model": app],
            simulations: ["flash": anybodys, "alice/flash": alices])
        func limits(_ user: String, _ simulation: String, _ application: String) throws -> JobLimits {
            book.limits(
                user: try UserName(user), simulation: try SimulationName(simulation), application: application)
        }
        #expect(try limits("bob", "other", "foqus") == book.standard)
        #expect(
            try limits("bob", "other", "MODEL")
                == JobLimits(time: .seconds(60), memory: 100 << 20, tasks: 10, processor: 100))
        #expect(try limits("bob", "flash", "model") == JobLimits(time: .seconds(60), tasks: 10, processor: 100))
        #expect(
            try limits("alice", "flash", "model")
                == JobLimits(time: .seconds(5), tasks: 10, processor: 100, hasNetwork: false))
    }

    @Test func saysWhichLimitWasReached() {
        let limits = JobLimits(memory: 512 << 20, tasks: 7)
        #expect(
            limits.excess(.init(memoryKills: 1), wasKilled: true)
                == "the job ran out of its memory limit of 512 MiB (job_memory)")
        #expect(
            limits.excess(.init(refusedTasks: 3), wasKilled: false)
                == "the job reached its limit of 7 processes and threads (job_tasks)")
        #expect(limits.excess(.init(), wasKilled: true) == nil)
        #expect(limits.excess(nil, wasKilled: false) == nil)
        #expect(limits.excess(nil, wasKilled: true)?.contains("most likely") == true)
        #expect(JobLimits().excess(nil, wasKilled: true) == nil)
        #expect(JobLimits().excess(.init(memoryKills: 1), wasKilled: true)?.contains("the machine") == true)
    }
}
