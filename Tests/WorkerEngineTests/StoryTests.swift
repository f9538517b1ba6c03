import EmbeddedStores
import Executors
import FOQUSModel
import JSONKit
import JournalEvents
import Logging
import Stores
import TestSupport
import Testing
import WorkerEngine

/// What a log tells of a job, as it is found by its fields.
@Suite(.timeLimit(.minutes(1))) struct StoryTests {
    private func fields(_ entry: LogEntry) -> [String: String] {
        let fields = entry.journalFields(names: JournalFields.names).map { ($0.name, $0.value) }
        return Dictionary(fields) { first, _ in first }
    }

    private func story(of job: JobID, in fixture: WorkerFixture) -> [[String: String]] {
        fixture.log.entries.map(fields).filter { $0["JOB_ID"] == job.description }
    }

    private func events(_ story: [[String: String]]) -> [JournalEvent?] {
        story.map { $0["MESSAGE_ID"].flatMap(JournalEvent.init) }
    }

    @Test func aJobsWholeStoryIsTold() async throws {
        try await withFixture { fixture in
            let executor = ScriptedExecutor { _ in .failed(message: "no solution", output: nil) }
            let job = try await withWorker(fixture, executor) { engine in
                let job = try await fixture.submit(1)[0]
                _ = try await fixture.notifications { !$0.finals(of: job).isEmpty }
                try await eventually { await engine.status.outbox == 0 }
                try await eventually { try await fixture.isQueueEmpty() }
                let last = await engine.status.lastJob
                #expect(last?.id == job && last?.outcome == .error)
                return job
            }
            let story = story(of: job, in: fixture)
            #expect(events(story) == [.jobReceived, .jobStarted, .jobFailed, .jobDelivered])
            for entry in story {
                for name in ["SESSION_ID", "USER_NAME", "SIMULATION", "CONSUMER_ID", "ATTEMPT", "ATTEMPT_ID"] {
                    #expect(entry[name]?.isEmpty == false, "\(name) of \(entry)")
                }
                #expect(entry["USER_NAME"] == "test" && entry["SIMULATION"] == "Flash" && entry["ATTEMPT"] == "1")
            }
            #expect(Set(story.map { $0["ATTEMPT_ID"] }).count == 1)
            #expect(story.dropFirst().allSatisfy { $0["EXECUTOR"] == "scripted" })
            #expect(story[2]["REASON"] == "no solution")
            #expect(story[2]["PRIORITY"] == "4")
            #expect(story[2]["DURATION_USEC"].flatMap { Int($0) } != nil)
            #expect(story[2]["MESSAGE"]?.contains("job ended in error job=\(job)") == true)
        }
    }

    @Test func aMachineThatFailsAndAJobThatIsRefusedAreTold() async throws {
        try await withFixture { fixture in
            let executor = ScriptedExecutor { _ in .infrastructure(message: "no memory") }
            let (failing, refused) = try await withWorker(fixture, executor) { _ in
                let failing = try await fixture.submit(1)[0]
                let refused = try await fixture.submit(1, simulation: "Absent")[0]
                _ = try await fixture.notifications {
                    !$0.finals(of: failing).isEmpty && !$0.finals(of: refused).isEmpty
                }
                try await eventually { try await fixture.isQueueEmpty() }
                return (failing, refused)
            }
            let attempt: [JournalEvent] = [.jobReceived, .jobStarted, .jobRetried, .jobDelivered]
            let last: [JournalEvent] = [.jobReceived, .jobStarted, .jobFailed, .jobDelivered]
            #expect(events(story(of: failing, in: fixture)) == attempt + attempt + last)
            #expect(events(story(of: refused, in: fixture)) == [.jobReceived, .jobRefused, .jobDelivered])
            let counted = fixture.metrics.outcomes
            #expect(counted[.retried] == 2 && counted[.error] == 1 && counted[.refused] == 1)
        }
    }

    @Test func aKilledJobIsTold() async throws {
        try await withFixture { fixture in
            let isRunning = Gate()
            let executor = ScriptedExecutor { _ in
                isRunning.open()
                try? await Task.sleep(for: .seconds(60))
                return .cancelled
            }
            let job = try await withWorker(fixture, executor) { _ in
                let job = try await fixture.submit(1)[0]
                await isRunning.wait()
                let session = try #require(try await fixture.backend.jobs.job(job)?.session)
                _ = try await fixture.backend.jobs.terminate(session, at: SystemTime().now())
                try await eventually { story(of: job, in: fixture).count == 4 }
                return job
            }
            #expect(events(story(of: job, in: fixture)) == [.jobReceived, .jobStarted, .jobKilled, .jobDelivered])
        }
    }

    /// At level info a stream of text has one line for a job.
    @Test func aStreamOfTextIsNotFlooded() async throws {
        try await withFixture { fixture in
            let text = RecordingSink()
            let logger = Logger(label: "test", sink: text)
            let engine = try await fixture.engine(
                ScriptedExecutor { _ in .success(output: [:]) }, logger: logger)
            let running = Task { try await engine.run() }
            let job = try await fixture.submit(1)[0]
            _ = try await fixture.notifications { !$0.finals(of: job).isEmpty }
            await engine.drain()
            try await running.value
            let about = text.entries.filter { $0.metadata["job"]?.description == job.description }
            #expect(about.map(\.message) == ["job succeeded"])
        }
    }
}
