import Executors
import FileKit
import JSONKit
import TestSupport
import Testing
import Threading

/// Whether the conformance test finds what it looks for: the example keeps every rule, and each fault put into it breaks
/// one.
@Suite(.timeLimit(.minutes(2)))
struct ConformanceTests {
    private static let example = Engine.example("runner/square.py")

    private func findings(
        _ program: String, _ workshop: Workshop, slow: JSON? = ["x": 3, "seconds": 8]
    ) async throws -> [RunnerConformance.Check] {
        let options = RunnerConformance.Options(
            command: ["python3", program], simulation: workshop.simulation, input: ["x": 3], slowInput: slow,
            patience: .seconds(20), workDirectory: workshop.directory)
        let reported = Locked<[RunnerConformance.Check]>([])
        let checks = await RunnerConformance(options, supervisor: Shared.supervisor, loop: Shared.loop).run { check in
            reported.withLock { $0.append(check) }
        }
        #expect(reported.withLock { $0 } == checks)
        return checks
    }

    @Test func theExampleKeepsEveryRule() async throws {
        try await Workshop.with { workshop in
            let checks = try await findings(Self.example, workshop)
            #expect(checks.count == 12)
            #expect(checks.filter { $0.finding != .kept } == [])
        }
    }

    @Test func withoutASlowJobSomeRulesAreNotTried() async throws {
        try await Workshop.with { workshop in
            let untried = try await findings(Self.example, workshop, slow: nil).filter {
                if case .notTried = $0.finding { true } else { false }
            }
            #expect(untried.count == 3)
        }
    }

    @Test(arguments: [
        // What is broken, what takes its place, a word of the rule, and one of the reason.
        (#"tell("ready", pid=os.getpid(), engine="square 1.0")"#, "print('hello', flush=True)", "ready", "no JSON"),
        (
            #"if op == "load": tell("loaded")"#, #"if op == "load": tell("load-failed", message="no mood")"#, "loads",
            "no mood"
        ),
        (#"tell("started", id=running)"#, "pass", "started, then", "not started"),
        (#""status": "success""#, #""status": "perhaps""#, "started, then", "unknown status"),
        (#"tell("pong", running=running)"#, #"tell("pong", running="other")"#, "answers a ping", "no pong"),
        (#"else: tell("rejected""#, #"else: print("rejected"); tell("rejected""#, "no command", "no JSON"),
        (
            #"elif op == "terminate" and job == running: stop.set()"#, #"elif op == "terminate": pass"#, "within 2 s",
            "within"
        ),
        (#""reason": "timeout""#, #""reason": "late""#, "timeout", "timeout"),
        (#"elif op == "shutdown": break"#, #"elif op == "shutdown": pass"#, "shutdown", "still there"),
    ])
    func aFaultIsFound(part: String, fault: String, rule: String, reason: String) async throws {
        try await Workshop.with { workshop in
            let text = try Look.text(Self.example)
            let pieces = text.split(separator: part, omittingEmptySubsequences: false)
            try #require(pieces.count > 1, "the example has no \(part)")
            try File.writeAtomically(Array(pieces.joined(separator: fault).utf8), to: workshop.path("bad.py"))
            let broken = try await findings(workshop.path("bad.py"), workshop).compactMap { check in
                if case .broken(let what) = check.finding { (check.rule, what) } else { nil }
            }
            #expect(broken.contains { $0.0.contains(rule) && $0.1.contains(reason) }, "\(broken)")
        }
    }
}
