import Executors
import FOQUSModel
import JSONKit
import Stores
import TestSupport
import Testing
import Threading
import WorkerEngine

/// What the contract has beside states: counts, and the output before the end.
@Suite(.timeLimit(.minutes(1))) struct ContractTests {
    /// A table that shows an output when the test says so, or never.
    private final class Shown: OutputWatch {
        private let jobs = Locked<Set<JobID>>([])
        private let asked = Locked(0)

        var questions: Int { asked.withLock { $0 } }

        func show(_ job: JobID) { jobs.withLock { _ = $0.insert(job) } }

        func shown(_ outputs: [JobID: JSON]) async throws(StoreError) -> Set<JobID> {
            let first = asked.withLock { asked in
                asked += 1
                return asked == 1
            }
            // A table out of reach is asked again.
            if first { throw StoreError(.unavailable, "look up a job", "the test says so") }
            return jobs.withLock { jobs in Set(outputs.filter { jobs.contains($0.key) && $0.value == ["y": 1] }.keys) }
        }
    }

    @Test func theEndIsToldWhenTheTableHasTheOutput() async throws {
        try await withFixture { fixture in
            let table = Shown()
            let executor = ScriptedExecutor { _ in .success(output: ["y": 1]) }
            let job = try await fixture.submit(1)[0]
            let told = try await withWorker(fixture, executor, outputs: table) { _ in
                let before = try await fixture.notifications { $0.words(of: job).contains("output") }
                try await eventually { table.questions >= 3 }
                #expect(before.finals(of: job).isEmpty)
                table.show(job)
                return try await fixture.notifications { !$0.finals(of: job).isEmpty }
            }
            #expect(told.words(of: job) == ["success"])
        }
    }

    @Test func endsAreCountedByTheContractsWords() async throws {
        try await withFixture { fixture in
            try await fixture.putSimulation("Refused", files: ["refuse.me"])
            let executor = ScriptedExecutor { job in
                switch job.input["node"]?["x"]?.intValue {
                case 1: .success(output: [:])
                case 2: .failed(message: "diverged", output: ["graphError": 21])
                default: .failed(message: "crashed", output: nil)
                }
            }
            try await withWorker(fixture, executor) { _ in
                var jobs = try await fixture.submit(1)
                jobs += try await fixture.submit(1, x: 2)
                jobs += try await fixture.submit(1, x: 3)
                jobs += try await fixture.submit(1, simulation: "Refused")
                jobs += try await fixture.submit(1, simulation: "Nowhere")
                _ = try await fixture.notifications { told in told.count { $0.isFinal } == jobs.count }
            }
            #expect(
                fixture.metrics.finishes
                    == ["success.job": 1, "error.flowsheet.21": 1, "error.job.run": 1, "error.job.verify": 2])
            #expect(fixture.metrics.number(of: .queuePeek(.start)) == 5)
        }
    }

    @Test func aJobThatFailsBeforeItsStartIsCountedAsSetup() async throws {
        try await withFixture { fixture in
            let executor = UnstartedExecutor()
            try await withWorker(fixture, executor) { _ in
                let job = try await fixture.submit(1)[0]
                _ = try await fixture.notifications { !$0.finals(of: job).isEmpty }
            }
            #expect(fixture.metrics.finishes == ["error.job.setup": 1])
        }
    }
}
