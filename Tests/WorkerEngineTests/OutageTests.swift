import EmbeddedStores
import Executors
import FOQUSModel
import JSONKit
import Logging
import Stores
import TestSupport
import Testing
import Threading
import WorkerEngine

/// Stores that are away for a while: results wait, keep their order, and none is lost or doubled.
@Suite(.timeLimit(.minutes(1))) struct OutageTests {
    @Test(arguments: ["notifier", "objects", "journal"])
    func resultsWaitForTheStore(which: String) async throws {
        try await withFixture { fixture in
            let fault =
                switch which {
                case "notifier": fixture.notifierFault
                case "objects": fixture.objectFault
                default: fixture.journalFault
                }
            let isRunning = Gate()
            let mayEnd = Gate()
            let executor = ScriptedExecutor { job in
                isRunning.open()
                await mayEnd.wait()
                return .success(output: .array((0..<200).map { .int($0) }))
            }
            var options = fixture.options
            options.outputLimit = 100
            let job = try await fixture.submit(1)[0]
            let told = try await withWorker(fixture, executor, options: options) { _ in
                await isRunning.wait()
                fault.set(which == "journal" ? .full : .unavailable)
                mayEnd.open()
                try await eventually {
                    fixture.log.messages.contains {
                        $0 == "results wait in the outbox" || $0 == "the journal cannot be written"
                    }
                }
                #expect(try await !fixture.isQueueEmpty(), "the message must not be acknowledged yet")
                fault.set(nil)
                return try await fixture.notifications { !$0.finals(of: job).isEmpty }
            }
            #expect(told.words(of: job) == ["setup", "running", "output", "success"])
            #expect(executor.runs[job] == 1)
            #expect(try await fixture.isQueueEmpty())
        }
    }

    @Test func anOutageIsReportedOncePerChange() async throws {
        try await withFixture { fixture in
            fixture.notifierFault.set(.unavailable)
            let executor = ScriptedExecutor { _ in .success(output: [:]) }
            _ = try await withWorker(fixture, executor) { engine in
                let jobs = try await fixture.submit(20)
                try await eventually { executor.runs.count == jobs.count }
                fixture.notifierFault.set(nil)
                return try await fixture.notifications { told in told.count { $0.isFinal } == jobs.count }
            }
            #expect(fixture.log.messages.count { $0 == "results wait in the outbox" } <= 2)
            #expect(fixture.log.messages.contains("results are delivered again"))
        }
    }

    /// What no topic takes is given up alone; the other jobs' ends, and the rest of its own, are told.
    @Test func aNotificationThatCannotBePublishedHoldsUpNothing() async throws {
        try await withFixture { fixture in
            let executor = ScriptedExecutor { job in
                .success(output: job.input["node"]?["x"] == 7 ? ["tooLarge": true] : ["y": 1])
            }
            try await withWorker(fixture, executor) { _ in
                let poison = try await fixture.submit(1, x: 7)[0]
                let others = try await fixture.submit(10)
                let told = try await fixture.notifications { told in told.count { $0.isFinal } == 11 }
                #expect(told.words(of: poison) == ["setup", "running", "success"])
                for job in others { #expect(told.words(of: job) == ["setup", "running", "output", "success"]) }
            }
            #expect(fixture.log.messages.count { $0 == "a notification is given up" } == 1)
            #expect(try await fixture.isQueueEmpty())
        }
    }

    /// However often: the attempts are not the job's.
    @Test func aFullDiskCostsAJobNoAttempts() async throws {
        try await withFixture { fixture in
            fixture.spaceFault.set(.full)
            let executor = ScriptedExecutor { _ in
                do throws(StoreError) { try fixture.spaceFault.check() } catch {
                    return .infrastructure(message: "no space")
                }
                return .success(output: [:])
            }
            var options = fixture.options
            options.retryDelay = .milliseconds(2)
            let told = try await withWorker(fixture, executor, options: options) { _ in
                let job = try await fixture.submit(1)[0]
                try await eventually { (executor.runs[job] ?? 0) > options.maxAttempts + 2 }
                fixture.spaceFault.set(nil)
                return try await fixture.notifications { !$0.finals(of: job).isEmpty }
            }
            #expect(told.filter(\.isFinal).map(\.word) == ["success"])
        }
    }

    /// It may fail for lack of space; but only so often, as it may itself be what takes the space.
    @Test func aJobThatFailsOnAFullDiskIsTriedAgain() async throws {
        try await withFixture { fixture in
            fixture.spaceFault.set(.full)
            let executor = ScriptedExecutor { _ in .failed(message: "cannot write", output: nil) }
            let (job, told) = try await withWorker(fixture, executor) { _ in
                let job = try await fixture.submit(1)[0]
                return (job, try await fixture.notifications { !$0.finals(of: job).isEmpty })
            }
            #expect(executor.runs[job] == fixture.options.maxAttempts)
            #expect(told.finals(of: job).map(\.word) == ["error"])
            #expect(told.finals(of: job)[0].message?.contains("no space left") == true)
            #expect(told.finals(of: job)[0].message?.contains("cannot write") == true)
        }
    }

    @Test func aWorkerThatCannotWorkRaisesTheAlarm() async throws {
        try await withFixture { fixture in
            let engine = try await fixture.engine(ScriptedExecutor { _ in .success(output: [:]) })
            fixture.journalFault.set(.corrupt)
            await #expect(throws: StoreError.self) { try await engine.run() }
            let alert = try #require(fixture.alerts.withLock { $0 }.first)
            #expect(alert.attributes == ["event": "service.error", "instance": "i-0test"])
            #expect(alert.body["event"] == "service.error")
            #expect(alert.body["message"]?.stringValue?.contains("the test says so") == true)
        }
    }
}
