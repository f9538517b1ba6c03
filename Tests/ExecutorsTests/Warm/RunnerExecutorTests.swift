import Executors
import FileKit
import JSONKit
import TestSupport
import Testing

/// Jobs in programs of anybody that speak the protocol: here the example of docs/executors.md.
@Suite(.timeLimit(.minutes(1)))
struct RunnerExecutorTests {
    private func with(
        _ program: String = Engine.example("runner/square.py"),
        _ body: (RunnerExecutor, Workshop) async throws -> Void
    ) async throws {
        try await Workshop.with { workshop in
            let executor = RunnerExecutor(
                RunnerOptions(
                    program: "python3", arguments: [program], processes: 1, workDirectory: workshop.path("work"),
                    settingsSection: "application.square"),
                supervisor: Shared.supervisor, loop: Shared.loop, log: Shared.silence)
            try await body(executor, workshop)
            await executor.shutdown()
        }
    }

    @Test func aJobHasTheOutputOfItsResult() async throws {
        try await with { executor, workshop in
            for x in 1...3 {
                let outcome = await executor.run(try workshop.job(input: ["x": .int(Int64(x))]))
                #expect(outcome == .success(output: ["y": .int(Int64(x * x))]))
            }
        }
    }

    @Test func aJobIsEndedAfterItsTimeoutAndWhenCancelled() async throws {
        try await with { executor, workshop in
            let late = try workshop.job(input: ["x": 1, "seconds": 60], timeout: .milliseconds(200))
            #expect(await executor.run(late) == .timedOut(after: .milliseconds(200)))
            let long = try workshop.job(input: ["x": 1, "seconds": 60])
            let started = AsyncStream<Void>.makeStream()
            let task = Task { await executor.run(long) { started.continuation.yield() } }
            for await _ in started.stream { break }
            task.cancel()
            #expect(await task.value == .cancelled)
            #expect(await executor.run(try workshop.job(input: ["x": 5])) == .success(output: ["y": 25]))
        }
    }

    @Test func aRunnerThatDiesFailsItsJobOnly() async throws {
        try await Workshop.with { workshop in
            let program = workshop.path("fragile.py")
            let text = try Look.text(Engine.example("runner/square.py"))
            let pieces = text.split(separator: "value, limit =", omittingEmptySubsequences: false)
            try #require(pieces.count == 2)
            let fault = """
                if job["input"].get("x") == 13: print("unlucky", file=sys.stderr, flush=True); os._exit(3)
                        value, limit =
                """
            try File.writeAtomically(Array(pieces.joined(separator: fault).utf8), to: program)
            try await with(program) { executor, workshop in
                let failure = await executor.run(try workshop.job(input: ["x": 13])).failure
                #expect(
                    failure?.contains("exit status 3") == true && failure?.contains("unlucky") == true,
                    "\(failure ?? "")")
                #expect(await executor.run(try workshop.job(input: ["x": 2])) == .success(output: ["y": 4]))
            }
        }
    }

    @Test func whatCannotBeStartedIsTheMachinesFault() async throws {
        try await with("/nowhere/runner.py") { executor, workshop in
            let reason = await executor.run(try workshop.job()).infrastructure
            #expect(reason?.contains("see program in [application.square]") == true, "\(reason ?? "")")
        }
    }

    @Test func conformsWithTheSettingsName() {
        let executor = RunnerExecutor(
            RunnerOptions(
                program: "/bin/model", arguments: ["-x"], processes: 1, workDirectory: "/w", settingsSection: "s"),
            supervisor: Shared.supervisor, loop: Shared.loop, log: Shared.silence)
        #expect(executor.description == "runner (/bin/model -x)" && executor.kind == "runner")
    }
}
