import FileKit
import JSONKit
import TestSupport
import Testing
import Threading

@testable import Executors

/// What becomes of jobs when their runner misbehaves, with runners that speak the protocol but hold no engine.
@Suite(.timeLimit(.minutes(1)))
struct RunnerFaultTests {
    /// Runs one job and returns its outcome. No runner may be left running.
    private func outcome(
        _ fake: FakeRunner, _ configure: (inout FOQUSExecutor.Options) -> Void = { _ in },
        timeout: Duration? = .seconds(30)
    ) async throws -> Outcome {
        let executor = fake.executor(configure)
        let outcome = await executor.run(try fake.workshop.job(timeout: timeout))
        #expect(!fake.pids.contains(where: Look.isAlive))
        await executor.shutdown()
        return outcome
    }

    // MARK: before it is ready

    @Test func aMissingPythonNamesTheSetting() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop)
            let message = try await outcome(fake, { $0.python = "/no/such/python" }).infrastructure
            #expect(message?.contains("/no/such/python: No such file or directory") == true, "\(message ?? "")")
            #expect(message?.contains("set python in [application.foqus]") == true)
        }
    }

    @Test func aMissingEngineNamesTheSetting() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(
                workshop, ready: "echo \"ModuleNotFoundError: No module named 'foqus_lib'\" >&2; exit 1")
            let message = try await outcome(fake).infrastructure
            #expect(message?.contains("exit status 1: ModuleNotFoundError: No module named 'foqus_lib'") == true)
            #expect(message?.contains("to a Python 3 with ccsi-foqus") == true)
        }
    }

    @Test func aMissingRunnerNamesTheSetting() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop, ready: "echo 'No module named foqus_runner' >&2; exit 1")
            #expect(try await outcome(fake).infrastructure?.contains("set runner in [application.foqus]") == true)
        }
    }

    @Test func aRunnerThatCannotServeIsInfrastructure() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop, ready: #"say '{"event":"failed","message":"disk full"}'"#)
            #expect(try await outcome(fake).infrastructure?.contains("disk full") == true)
        }
    }

    @Test func aRunnerThatNeverGetsReadyIsInfrastructure() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop, ready: "trap '' TERM; sleep 1000")
            let message = try await outcome(fake, { $0.startTimeout = .milliseconds(200) }).infrastructure
            #expect(message?.contains("not ready after 0.2 seconds") == true, "\(message ?? "")")
        }
    }

    // MARK: while it loads

    @Test func aSessionThatIsRefusedFailsAtOnce() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop, load: #"say '{"event":"load-failed","message":"no nodes"}'"#)
            #expect(
                try await outcome(fake)
                    == .failed(message: "the FOQUS engine could not load session.foqus: no nodes", output: nil))
            #expect(fake.pids.count == 1)
        }
    }

    @Test(arguments: [
        ("echo 'cannot map memory' >&2; kill -SEGV $$", "SIGSEGV (Segmentation fault): cannot map memory"),
        ("echo garbage", "the runner sent no JSON"),
        (#"say '{"event":"started","id":"x"}'"#, "instead of loaded"),
        ("exec >&-; sleep 1000", "the runner ended with SIGTERM"),
    ])
    func aRunnerThatFailsTwiceFailsTheJob(load: String, reason: String) async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop, load: load)
            let failure = try await outcome(fake).failure
            #expect(failure?.contains(reason) == true, "\(failure ?? "no failure")")
            #expect(fake.pids.count == 2)
        }
    }

    @Test func aRunnerThatFailsOnceIsForgiven() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(
                workshop, load: "if [ -e again ]; then \(FakeRunner.loaded); else : > again; exit 9; fi")
            let executor = fake.executor()
            #expect(await executor.run(try workshop.job()).output != nil)
            #expect(fake.pids.count == 2)
            await executor.shutdown()
        }
    }

    @Test func aLoadThatHangsFailsTheJob() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop, load: "trap '' TERM; echo 'reading' >&2; sleep 1000")
            let failure = try await outcome(fake, { $0.loadTimeout = .seconds(2) }).failure
            let reason = "it took longer than 2.0 seconds: reading"
            #expect(failure == "the FOQUS engine could not load session.foqus: \(reason)")
        }
    }

    @Test func cancellingWhileItLoadsKillsIt() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop, load: ": > loading; sleep 1000")
            let executor = fake.executor()
            let job = try workshop.job()
            let task = Task { await executor.run(job) }
            try await eventually("the session loads") { File.exists(workshop.path("loading")) }
            task.cancel()
            #expect(await task.value == .cancelled)
            #expect(!fake.pids.contains(where: Look.isAlive))
            await executor.shutdown()
        }
    }

    // MARK: while it runs

    @Test(arguments: [FOQUSExecutor.Options.Mode.fork, .thread])
    func aRunnerThatDiesDuringARunIsNotReused(mode: FOQUSExecutor.Options.Mode) async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop, run: FakeRunner.started + "; echo 'bus error' >&2; kill -BUS $$")
            let outcome = try await outcome(fake) { $0.mode = mode }
            let message = "the FOQUS runner failed during the run: the runner ended with SIGBUS (Bus error): bus error"
            // In fork mode a model cannot reach the runner; in thread mode it is the runner.
            #expect(
                outcome
                    == (mode == .fork ? .infrastructure(message: message) : .failed(message: message, output: nil)))
            #expect(fake.pids.count == 1)
        }
    }

    @Test func theResultOfAnotherJobIsMisconduct() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(
                workshop, run: FakeRunner.started + "; id=other; " + FakeRunner.result("success"))
            #expect(try await outcome(fake).infrastructure?.contains("during a run") == true)
        }
    }

    @Test func aRunnerThatDoesNotTakeJobsIsTriedTwice() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop, run: ":")
            let failure = try await outcome(fake) { $0.patience.taking = .milliseconds(300) }.failure
            #expect(failure?.contains("it did not take a job within 0.3 seconds") == true, "\(failure ?? "no failure")")
            #expect(fake.pids.count == 2)
        }
    }

    @Test func aTimeoutToldByTheRunnerKeepsIt() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(
                workshop, run: FakeRunner.started + "; " + FakeRunner.result("error", reason: "timeout"))
            let executor = fake.executor()
            #expect(await executor.run(try workshop.job(timeout: .seconds(9))) == .timedOut(after: .seconds(9)))
            #expect(fake.pids.map(Look.isAlive) == [true])
            await executor.shutdown()
        }
    }

    @Test func aTimeoutTheRunnerMissesIsEnforced() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop, run: FakeRunner.started + "; trap '' TERM; sleep 1000")
            let outcome = try await outcome(fake, timeout: .milliseconds(100))
            #expect(outcome == .timedOut(after: .milliseconds(100)))
        }
    }

    @Test(arguments: [
        // It ends the run as asked.
        FakeRunner.result("terminate", reason: "terminated"),
        // It does not listen.
        "trap '' TERM; sleep 1000",
    ])
    func cancellingEndsTheRun(terminate: String) async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop, run: FakeRunner.started, terminate: terminate)
            let executor = fake.executor()
            let job = try workshop.job(timeout: nil)
            let hasStarted = Locked(false)
            let task = Task { await executor.run(job) { hasStarted.withLock { $0 = true } } }
            try await eventually("the run starts") { hasStarted.withLock { $0 } }
            task.cancel()
            #expect(await task.value == .cancelled)
            #expect(!fake.pids.contains(where: Look.isAlive))
            await executor.shutdown()
        }
    }

    @Test func aJobCancelledBeforehandStartsNothing() async throws {
        try await Workshop.with { workshop in
            let fake = try await FakeRunner(workshop)
            let executor = fake.executor()
            let job = try workshop.job()
            let task = Task {
                while !Task.isCancelled { await Task.yield() }
                return await executor.run(job)
            }
            task.cancel()
            #expect(await task.value == .cancelled)
            #expect(fake.pids.isEmpty)
        }
    }
}
