import EmbeddedStores
import Executors
import FOQUSModel
import FileKit
import JSONKit
import Logging
import Stores
import TestSupport
import Testing
import WorkerEngine

/// Cancel, drain, crash and lost leases.
@Suite(.timeLimit(.minutes(1))) struct InterruptionTests {
    @Test func aKilledSessionEndsItsRunningJob() async throws {
        try await withFixture { fixture in
            let isRunning = Gate()
            let never = Gate()
            let executor = ScriptedExecutor { _ in
                isRunning.open()
                return await never.wait() ? .success(output: [:]) : .cancelled
            }
            let told = try await withWorker(fixture, executor) { _ in
                let job = try await fixture.submit(1)[0]
                await isRunning.wait()
                let session = try #require(try await fixture.backend.jobs.job(job)).session
                #expect(try await fixture.backend.jobs.terminate(session, at: SystemTime().now()) == [job])
                return try await fixture.notifications { !$0.finals(of: job).isEmpty }
            }
            #expect(told.compactMap(\.word).last == "terminate")
            #expect(try await fixture.isQueueEmpty())
        }
    }

    @Test func aDrainLetsRunningJobsEnd() async throws {
        try await withFixture { fixture in
            let isRunning = Gate()
            let mayEnd = Gate()
            let executor = ScriptedExecutor { _ in
                isRunning.open()
                return await mayEnd.wait() ? .success(output: [:]) : .cancelled
            }
            var options = fixture.options
            options.slots = 1
            let jobs = try await fixture.submit(2)
            let engine = try await fixture.engine(executor, options: options)
            let running = Task { try await engine.run() }
            await isRunning.wait()
            await engine.drain()
            mayEnd.open()
            try await running.value
            let told = try await fixture.notifications { $0.contains { $0.isFinal } }
            #expect(told.words(of: jobs[0]) == ["setup", "running", "output", "success"])
            #expect(told.words(of: jobs[1]).isEmpty)
            #expect(try await fixture.backend.queue.statistics().available == 1)
        }
    }

    @Test func aDrainThatComesBeforeTheStartTakesNoJob() async throws {
        try await withFixture { fixture in
            _ = try await fixture.submit(1)
            let engine = try await fixture.engine(ScriptedExecutor { _ in .success(output: [:]) })
            await engine.drain()
            try await engine.run()
            #expect(try await fixture.backend.queue.statistics().available == 1)
        }
    }

    @Test func whatDoesNotEndInTimeIsGivenBackAndRunsElsewhere() async throws {
        try await withFixture { fixture in
            let isRunning = Gate()
            let never = Gate()
            let stuck = ScriptedExecutor { _ in
                isRunning.open()
                return await never.wait() ? .success(output: [:]) : .cancelled
            }
            let job = try await fixture.submit(1)[0]
            let engine = try await fixture.engine(stuck)
            let running = Task { try await engine.run() }
            await isRunning.wait()
            await engine.drain()
            await engine.drain()
            try await running.value
            let told = try await withWorker(fixture, ScriptedExecutor { _ in .success(output: [:]) }) { _ in
                try await fixture.notifications { !$0.finals(of: job).isEmpty }
            }
            #expect(told.words(of: job).suffix(4) == ["setup", "running", "output", "success"])
            #expect(told.finals(of: job).count == 1)
        }
    }

    @Test func aJobThatACrashInterruptedRunsAgain() async throws {
        try await withFixture { fixture in
            let job = try await fixture.submit(1)[0]
            // A worker before this one took the message, wrote its journal, and died.
            let taken = try await fixture.backend.queue.receive(limit: 1, visibility: .seconds(600), wait: .zero)
            let journal = try await SQLiteJournal.open(stateDirectory: fixture.state)
            let record = AttemptRecord(
                id: SystemRandom().identifier(), job: job, lease: try #require(taken.first).lease, directory: nil)
            try await journal.begin([BegunAttempt(record: record, effects: [], isComplete: false)])
            await journal.close()

            let executor = ScriptedExecutor { _ in .success(output: [:]) }
            let told = try await withWorker(fixture, executor) { _ in
                try await fixture.notifications { !$0.finals(of: job).isEmpty }
            }
            #expect(executor.runs[job] == 1)
            #expect(told.finals(of: job).count == 1)
        }
    }

    @Test func aResultThatACrashInterruptedIsDeliveredOnce() async throws {
        try await withFixture { fixture in
            let job = try await fixture.submit(1)[0]
            let session = try #require(try await fixture.backend.jobs.job(job)).session
            let taken = try await fixture.backend.queue.receive(limit: 1, visibility: .seconds(600), wait: .zero)
            let lease = try #require(taken.first).lease
            let worker = WorkerIdentity(consumer: SystemRandom().identifier(), instance: "before")
            let final = OutgoingNotification(
                id: "attempt/final",
                notification: .jobStatus(.success, job: job, session: session, worker: worker, user: "test"))
            // It had published the end already, but died before it could note that and acknowledge.
            try await fixture.backend.notifier.publish([final])
            let journal = try await SQLiteJournal.open(stateDirectory: fixture.state)
            let record = AttemptRecord(id: SystemRandom().identifier(), job: job, lease: lease, directory: nil)
            let effects = [
                JournaledEffect(sequence: 7, effect: .publish(final)),
                JournaledEffect(sequence: 8, effect: .acknowledge(lease)),
            ]
            try await journal.begin([BegunAttempt(record: record, effects: effects, isComplete: true)])
            await journal.close()

            let executor = ScriptedExecutor { _ in .success(output: [:]) }
            let told = try await withWorker(fixture, executor) { _ in
                let next = try await fixture.submit(1)[0]
                return try await fixture.notifications { !$0.finals(of: next).isEmpty }
            }
            #expect(executor.runs[job] == nil)
            #expect(told.finals(of: job).count == 1)
            #expect(try await fixture.isQueueEmpty())
        }
    }

    /// It had stored the files and removed the folder, but died before it could note that.
    @Test(arguments: [true, false]) func filesThatACrashInterruptedHoldUpNothing(isFolderGone: Bool) async throws {
        try await withFixture { fixture in
            let job = try await fixture.submit(1)[0]
            let session = try #require(try await fixture.backend.jobs.job(job)).session
            let taken = try await fixture.backend.queue.receive(limit: 1, visibility: .seconds(600), wait: .zero)
            let lease = try #require(taken.first).lease
            let worker = WorkerIdentity(consumer: SystemRandom().identifier(), instance: "before")
            let journal = try await SQLiteJournal.open(stateDirectory: fixture.state)
            let attempt: AttemptID = SystemRandom().identifier()
            let folder = Path.join(fixture.state, "jobs/\(attempt)")
            if !isFolderGone { try Directory.create(folder) }
            let record = AttemptRecord(id: attempt, job: job, lease: lease, directory: folder)
            let final = OutgoingNotification(
                id: "attempt/final",
                notification: .jobStatus(.success, job: job, session: session, worker: worker, user: "test"))
            let effects = [
                JournaledEffect(
                    sequence: 7, effect: .upload(path: Path.join(folder, "output.json"), key: "test/output.json")),
                JournaledEffect(sequence: 8, effect: .removeDirectory(path: folder)),
                JournaledEffect(sequence: 9, effect: .publish(final)),
                JournaledEffect(sequence: 10, effect: .acknowledge(lease)),
            ]
            try await journal.begin([BegunAttempt(record: record, effects: effects, isComplete: true)])
            await journal.close()

            let executor = ScriptedExecutor { _ in .success(output: [:]) }
            let told = try await withWorker(fixture, executor) { _ in
                try await fixture.notifications { !$0.finals(of: job).isEmpty }
            }
            #expect(told.finals(of: job).count == 1)
            #expect(executor.runs[job] == nil)
            #expect(try await fixture.isQueueEmpty())
            #expect(fixture.log.messages.contains { $0.contains("given up") } == !isFolderGone)
        }
    }

    @Test func whoLostTheLeaseTellsNothing() async throws {
        try await withFixture { fixture in
            let isRunning = Gate()
            let mayEnd = Gate()
            let executor = ScriptedExecutor { _ in
                isRunning.open()
                return await mayEnd.wait() ? .success(output: [:]) : .cancelled
            }
            var options = fixture.options
            options.lease = .milliseconds(300)
            let job = try await fixture.submit(1)[0]
            let told = try await withWorker(fixture, executor, options: options) { _ in
                await isRunning.wait()
                // Somebody else finishes the message: this worker's next renewal finds its lease gone.
                fixture.queueTheft.steal()
                try await eventually { fixture.log.messages.contains { $0.hasPrefix("job dropped") } }
                let next = try await fixture.submit(1)[0]
                mayEnd.open()
                return try await fixture.notifications { !$0.finals(of: next).isEmpty }
            }
            #expect(told.finals(of: job).isEmpty)
        }
    }
}
