import EmbeddedStores
import Executors
import FOQUSModel
import JSONKit
import Logging
import Stores
import TestSupport
import Testing
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
}
