import JSONKit
import Testing
import TextKit
import Threading

@testable import Sinter

/// A tank: `level = flow / stages`, `profile = [split0 × T, split1 × T]`, by hand. `label` makes it misbehave.
final class TankSimulator: SinterSimulator {
    private struct State {
        var isOpen = false
        /// What one run leaves for the next unless the model is reset.
        var left = ""
        var calls: [String] = []
    }

    private let state = Locked(State())
    /// How many calls of `open` fail, after how many that work.
    private let opens: ClosedRange<Int>?

    init(failingOpens: ClosedRange<Int>? = nil) { opens = failingOpens }

    var calls: [String] { state.withLock { $0.calls } }

    func open() async throws(SimulatorFailure) {
        try state.withLock { state throws(SimulatorFailure) in
            state.calls.append("open")
            let count = state.calls.count { $0 == "open" }
            if opens?.contains(count) == true { throw SimulatorFailure(.unavailable, "no tank") }
            (state.isOpen, state.left) = (true, "")
        }
    }

    func reset() async throws(SimulatorFailure) {
        try state.withLock { state throws(SimulatorFailure) in
            state.calls.append("reset")
            if state.left == "jam" { throw SimulatorFailure(.lost, "jammed") }
            state.left = ""
        }
    }

    func close() async {
        state.withLock { state in
            state.calls.append("close")
            state.isOpen = false
        }
    }

    func run(_ run: PreparedRun, timeLimit: Duration?) async throws(SimulatorFailure) -> SimulatorResult {
        let left = try state.withLock { state throws(SimulatorFailure) -> String in
            guard state.isOpen else { throw SimulatorFailure(.lost, "it is not open") }
            state.calls.append("run")
            defer { if case .scalar(.string(let label))? = run.value("label") { state.left = label } }
            return state.left
        }
        func number(_ name: String) -> Double { run.value(name)?.scalars.first?.number ?? .nan }
        switch run.value("label") {
        case .string("crash"): throw SimulatorFailure(.lost, "the tank burst")
        case .string("hang"): throw SimulatorFailure(.timeout, "not done within \(timeLimit ?? .zero)")
        case .string("fail"): return SimulatorResult(status: .simulationError, messages: ["empty tank"])
        case .string("warn"):
            return SimulatorResult(status: .simulationWarning, outputs: ["level": .double(1)], messages: ["low"])
        default: break
        }
        let parts = run.value("split")?.scalars.compactMap(\.number) ?? []
        return SimulatorResult(
            status: .okay,
            outputs: [
                "level": .double(number("feed.flow") / number("stages")),
                "profile": .doubles(parts.prefix(2).map { $0 * number("feed.T") }), "note": .string(left),
            ])
    }
}

@Suite struct SeriesTests {
    private func run(
        _ runs: [JSON], on simulator: TankSimulator = TankSimulator(), renewal: SeriesRunner.Renewal = .reset
    ) async throws -> SeriesOutcome {
        let configuration = try Sample.configuration()
        let prepared = try runs.map { json in
            let run = try SinterRun(json)
            return Result { () throws(SinterError) in try configuration.prepare(run) }
        }
        return await SeriesRunner(simulator, renewal: renewal, timeLimit: .seconds(3)).run(prepared)
    }

    @Test func runsAreMadeInOrderWithAResetBetween() async throws {
        let simulator = TankSimulator()
        let outcome = try await run([["feed.flow": 8], ["stages": 7], [:]], on: simulator)
        #expect(outcome.runs.map { $0.outputs["level"] } == [.double(2), .double(0.5), .double(0.875)])
        #expect(outcome.runs[0].outputs["profile"] == .doubles([12.5, 6.25]))
        #expect((outcome.failed, outcome.unavailable) == (0, nil))
        #expect(simulator.calls == ["open", "run", "reset", "run", "reset", "run", "close"])
    }

    @Test(arguments: [
        (SeriesRunner.Renewal.relaunch, ["open", "run", "close", "open", "run", "close"], ""),
        (.none, ["open", "run", "run", "close"], "a"), (.reset, ["open", "run", "reset", "run", "close"], ""),
    ])
    func theModelIsRenewedAsWanted(_ renewal: SeriesRunner.Renewal, _ calls: [String], _ left: String) async throws {
        let simulator = TankSimulator()
        let outcome = try await run([["label": "a"], ["label": "b"]], on: simulator, renewal: renewal)
        #expect(simulator.calls == calls)
        #expect(outcome.runs[1].outputs["note"] == .string(left))
    }

    @Test func afterAFailureTheNextRunIsRight() async throws {
        let simulator = TankSimulator()
        let outcome = try await run(
            [
                ["label": "fail"], [:], ["label": "crash"], [:], ["label": "hang"], [:], ["label": "warn"],
                ["label": "jam"], [:],
            ], on: simulator)
        #expect(
            outcome.runs.map(\.status) == [
                .simulationError, .okay, .simulationError, .okay, .stopped, .okay, .simulationWarning, .okay, .okay,
            ])
        #expect(outcome.failed == 3)
        #expect(outcome.runs[2].messages == ["the tank burst"])
        #expect(outcome.runs[4].messages == ["not done within 3.0 seconds"])
        #expect(
            outcome.runs.map { $0.outputs.isEmpty } == [true, false, true, false, true, false, false, false, false])
        #expect(simulator.calls.count { $0 == "open" } == 4)
    }

    @Test func withoutASimulatorTheRestIsNotRun() async throws {
        let never = try await run([[:], [:]], on: TankSimulator(failingOpens: 1...9))
        #expect(never.runs.map(\.status) == [.couldNotContact, .couldNotContact])
        #expect(never.unavailable == "no tank")
        let later = try await run(
            [[:], ["label": "crash"], [:], ["feed.T": "x"]], on: TankSimulator(failingOpens: 2...9))
        #expect(later.runs.map(\.status) == [.okay, .simulationError, .couldNotContact, .inputError])
    }

    @Test func refusedRunsDoNotReachTheSimulator() async throws {
        let simulator = TankSimulator()
        let outcome = try await run([["feed.t": "x"], ["stages": 4]], on: simulator)
        #expect(outcome.runs.map(\.status) == [.inputError, .okay])
        #expect(outcome.runs[0].messages == ["feed.t: the text \"x\" is not a number"])
        #expect(simulator.calls == ["open", "run", "close"])
    }
}
