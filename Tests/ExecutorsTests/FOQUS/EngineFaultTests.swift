import Executors
import FOQUSModel
import FileKit
import Glibc
import JSONKit
import TestSupport
import Testing
import Threading

/// What flowsheets do to themselves, with the real engine in fork mode: always one job's affair.
@Suite(.timeLimit(.minutes(4)))
struct EngineFaultTests {
    @Test func anUnknownVariableFailsOnlyItsJob() async throws {
        try await EngineBench.with { bench in
            let simple = Engine.example("simple")
            let outcome = try await bench.run(simple, ["mixer": ["hot_flo": 1]])
            #expect(
                outcome.failure?.contains("unknown variable mixer.'hot_flo', did you mean 'hot_flow'?") == true,
                "\(outcome)")
            #expect(outcome.output == nil)
            #expect(try await bench.run(simple).isClose("mixer", "flow_out", 3))
            #expect(bench.runners.count == 1)
        }
    }

    @Test(arguments: [
        ("raise", "RuntimeError"), ("crash", "SIGSEGV"), ("kill", "SIGKILL"), ("exit", "exit status 3"),
        ("sysexit", "SystemExit"),
    ])
    func aModelThatFailsFailsOnlyItsJob(mode: String, reason: String) async throws {
        try await EngineBench.with { bench in
            let failing = Engine.example("failing")
            let outcome = try await bench.run(failing, ["calc": ["mode": .string(mode), "x": 1]])
            #expect(outcome.failure?.contains("node calc") == true, "\(outcome)")
            #expect(outcome.failure?.contains(reason) == true, "\(outcome)")
            #expect(try await bench.run(failing, ["calc": ["x": 4]]).isClose("calc", "y", 8))
            #expect(bench.runners.count == 1)
        }
    }

    @Test(arguments: ["NaN", "Infinity", "-Infinity"])
    func numbersThatAreNoneLeaveAsTexts(mode: String) async throws {
        try await EngineBench.with { bench in
            let outcome = try await bench.run(Engine.example("failing"), ["calc": ["mode": .string(mode)]])
            #expect(outcome.output?["output"]?["calc"]?["y"] == .string(mode), "\(outcome)")
        }
    }

    @Test(arguments: ["sleep", "busy", "child"])
    func aRunThatHangsTimesOut(mode: String) async throws {
        try await EngineBench.with { bench in
            let hanging = Engine.example("hanging")
            let job = try await bench.job(
                hanging, ["wait": ["seconds": 1000, "mode": .string(mode)]], timeout: .milliseconds(700))
            #expect(await bench.executor.run(job) == .timedOut(after: .milliseconds(700)))
            #expect(try Self.processes(of: job).isEmpty)
            #expect(try await bench.run(hanging, ["wait": ["seconds": 0]]).isClose("wait", "waited", 0))
            #expect(bench.runners.count == 1)
        }
    }

    @Test func cancellingEndsTheRunAndAllItStarted() async throws {
        try await EngineBench.with { bench in
            let job = try await bench.job(
                Engine.example("hanging"), ["wait": ["seconds": 1000, "mode": "child"]], timeout: nil)
            let executor = bench.executor
            let task = Task { await executor.run(job) }
            try await eventually("the model's own program runs", within: .seconds(120)) {
                try !Self.processes(of: job).isEmpty
            }
            task.cancel()
            #expect(await task.value == .cancelled)
            #expect(try Self.processes(of: job).isEmpty)
        }
    }

    @Test func aRunnerKilledFromOutsideIsReplaced() async throws {
        try await EngineBench.with { bench in
            let simple = Engine.example("simple")
            #expect(try await bench.run(simple).output != nil)
            kill(try #require(bench.runners.first), SIGKILL)
            #expect(try await bench.run(simple).isClose("mixer", "flow_out", 3))
            #expect(bench.runners.count == 2)
        }
    }

    @Test func aSessionThatTheEngineRefusesFailsTheJob() async throws {
        try await EngineBench.with { bench in
            try File.writeAtomically(
                Array(#"{"flowsheet":{"nodes":{"a":5}}}"#.utf8),
                to: Path.join(bench.workshop.simulation, "session.foqus"))
            let failure = try await bench.run(bench.workshop.simulation).failure
            #expect(
                failure?.hasPrefix("the FOQUS engine could not load session.foqus: session.foqus is no session")
                    == true, "\(failure ?? "no failure")")
        }
    }

    @Test func aPythonWithoutTheEngineIsInfrastructure() async throws {
        // The interpreter that the environment was made from.
        let base = try #require(realpath(try Engine.python(), nil))
        defer { free(base) }
        try await EngineBench.with(\.python, String(cString: base)) { bench in
            let message = try await bench.run(Engine.example("simple")).infrastructure
            #expect(message?.contains("No module named") == true, "\(message ?? "")")
            #expect(message?.contains("set python in [application.foqus]") == true, "\(message ?? "")")
        }
    }

    @Test func aRunnerThatIsNotThereIsInfrastructure() async throws {
        try await EngineBench.with(\.runnerDirectory, "/no/such/folder") { bench in
            let message = try await bench.run(Engine.example("simple")).infrastructure
            #expect(message?.contains("set runner in [application.foqus]") == true, "\(message ?? "")")
        }
    }

    /// The programs that a run has started: the runner tells them its job.
    private static func processes(of job: JobRun) throws -> [Int32] {
        let mark = Array("FOQUS_JOB_ID=\(job.attempt)".utf8)
        return try Look.names(in: "/proc").compactMap { Int32($0) }.filter { pid in
            guard let environment = try? File.read("/proc/\(pid)/environ") else { return false }
            return environment.split(separator: 0).contains { $0.elementsEqual(mark) } && Look.isAlive(pid)
        }
    }
}
