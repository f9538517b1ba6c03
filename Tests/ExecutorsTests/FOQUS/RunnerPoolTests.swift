import Executors
import FileKit
import JSONKit
import TestSupport
import Testing

/// Which runner serves which job, with runners that speak the protocol but hold no engine.
@Suite(.timeLimit(.minutes(1)))
struct RunnerPoolTests {
    @Test func aWarmRunnerIsUsedAgain() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop)
            let executor = fake.executor()
            for _ in 0..<3 {
                let outcome = await executor.run(try workshop.job())
                #expect(outcome == .success(output: ["pid": .int(Int64(try #require(fake.pids.first)))]))
            }
            #expect(fake.pids.count == 1)
            await executor.shutdown()
        }
    }

    @Test func anEditedSimulationGetsANewRunner() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop)
            let executor = fake.executor { $0.processes = 2 }
            for fingerprint in ["1", "2", "1", "2"] {
                _ = await executor.run(try workshop.job(fingerprint: fingerprint))
            }
            #expect(fake.pids.count == 2)
            #expect(fake.pids.allSatisfy(Look.isAlive))
            await executor.shutdown()
        }
    }

    @Test func atTheLimitTheRunnerIdleLongestMakesPlace() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop)
            let executor = fake.executor { $0.processes = 2 }
            for fingerprint in ["1", "2", "1", "3", "1"] {
                #expect(await executor.run(try workshop.job(fingerprint: fingerprint)).output != nil)
            }
            #expect(fake.pids.map(Look.isAlive) == [true, false, true])
            await executor.shutdown()
            #expect(!fake.pids.contains(where: Look.isAlive))
        }
    }

    @Test func jobsBeyondTheLimitWaitTheirTurn() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop)
            let executor = fake.executor()
            await withTaskGroup(of: Outcome.self) { group in
                for number in 0..<6 {
                    guard let job = try? workshop.job(fingerprint: number < 3 ? "1" : "2") else { continue }
                    group.addTask { await executor.run(job) }
                }
                var count = 0
                for await outcome in group {
                    #expect(outcome.output != nil)
                    count += 1
                }
                #expect(count == 6)
            }
            #expect(fake.pids.filter(Look.isAlive).count == 1)
            await executor.shutdown()
        }
    }

    @Test func aWaitingJobCanBeCancelled() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(
                workshop,
                run: FakeRunner.started + "; while [ ! -e go ]; do sleep 0.01; done; "
                    + FakeRunner.success.dropFirst(FakeRunner.started.count + 2))
            let executor = fake.executor()
            let (busy, waiting) = (try workshop.job(), try workshop.job())
            let first = Task { await executor.run(busy) }
            try await eventually("the first job runs") { File.exists(workshop.path("jobs")) }
            let second = Task { await executor.run(waiting) }
            second.cancel()
            #expect(await second.value == .cancelled)
            try File.writeAtomically([], to: workshop.path("go"))
            #expect(await first.value.output != nil)
            #expect(try Look.text(workshop.path("jobs")) == "\(busy.attempt)\n")
            await executor.shutdown()
        }
    }

    @Test func aRunnerIsReplacedAfterItsShareOfJobs() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop)
            let executor = fake.executor { $0.recycleJobs = 2 }
            for _ in 0..<5 { _ = await executor.run(try workshop.job()) }
            #expect(fake.pids.map(Look.isAlive) == [false, false, true])
            await executor.shutdown()
        }
    }

    @Test func aRunnerThatHasGrownIsReplaced() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop)
            let executor = fake.executor { $0.recycleMemory = 1 }
            for _ in 0..<2 { _ = await executor.run(try workshop.job()) }
            #expect(fake.pids.map(Look.isAlive) == [false, false])
            await executor.shutdown()
        }
    }

    @Test func anIdleRunnerIsEndedAndItsSlotFreed() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop)
            let executor = fake.executor { $0.idleTimeout = .milliseconds(50) }
            _ = await executor.run(try workshop.job())
            try await eventually("the idle runner ends") { !fake.pids.contains(where: Look.isAlive) }
            #expect(await executor.run(try workshop.job(fingerprint: "2")).output != nil)
            await executor.shutdown()
        }
    }

    @Test func aRunnerThatDiedIdleIsReplaced() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop, run: FakeRunner.success + "; exit 0")
            let executor = fake.executor()
            for _ in 0..<3 { #expect(await executor.run(try workshop.job()).output != nil) }
            #expect(fake.pids.count == 3)
            await executor.shutdown()
        }
    }

    @Test func aFailedRunReplacesARunnerInThreadModeOnly() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(
                workshop,
                run: FakeRunner.started + "; " + FakeRunner.result("error", reason: "flowsheet", message: "no"))
            let forking = fake.executor()
            for _ in 0..<2 { #expect(await forking.run(try workshop.job()).failure == "no") }
            await forking.shutdown()
            #expect(fake.pids.count == 1)
            let threading = fake.executor { $0.mode = .thread }
            for _ in 0..<2 { #expect(await threading.run(try workshop.job()).failure == "no") }
            #expect(fake.pids.count == 3)
            await threading.shutdown()
        }
    }

    @Test func foldersOfRunnersAreRemoved() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop)
            let executor = fake.executor()
            let leftover = Path.join(workshop.path("work"), "runner-old")
            try Directory.create(leftover)
            _ = await executor.run(try workshop.job())
            #expect(!File.exists(leftover))
            #expect(try Look.names(in: workshop.path("work")).count == 1)
            await executor.shutdown()
            #expect(try Look.names(in: workshop.path("work")) == [])
        }
    }
}
