import CommandLineKit
import FOQUSModel
import FileKit
import JSONKit
import Sinter
import Stores
import TestSupport
import Threading

@testable import SinterCommands

/// foqus-sinter in a directory of its own, with a simulator that adds: `sum = a + b`.
struct Bench: Sendable {
    let directory: String
    let output = TextOutput()
    let errors = TextOutput()
    var messageWidth: Int?
    /// Whether the simulator can be opened.
    var isThere = true

    static let configuration = """
        {"title": "Sum", "config-version": "1.0", "description": "", "author": "", "date": "", "input-files": [],
         "model": {"file": "sum.txt", "DigestValue": "a9993e364706816aba3e25717850c26c9cd0d89d", "SignatureMethodAlgorithm": "sha1"},
         "filetype": "sinterconfig", "filetype-version": 0.3, "application": {"name": "program", "version": ""},
         "inputs": {
           "a": {"path": ["a"], "type": "double", "default": 1, "description": "first", "units": "m", "min": 0, "max": 10},
           "b": {"path": ["b"], "type": "double", "default": 2, "description": "second", "units": "m"}},
         "outputs": {"sum": {"path": ["s"], "type": "double", "default": 3, "description": "of both", "units": "m"}}}
        """

    static func with<Result>(_ body: (Bench) async throws -> Result) async throws -> Result {
        try await withTemporaryDirectory { directory in
            let bench = Bench(directory: directory)
            try bench.write(configuration, "sum.json")
            // The text of the SHA-1 above: FIPS 180-2, appendix A.1.
            try bench.write("abc", "sum.txt")
            return try await body(bench)
        }
    }

    func path(_ name: String) -> String { Path.join(directory, name) }

    func write(_ text: String, _ name: String) throws { try File.writeAtomically(Array(text.utf8), to: path(name)) }

    func read(_ name: String) throws -> String { String(decoding: try File.read(path(name)), as: UTF8.self) }

    func json(_ name: String) throws -> JSON { try JSON.parse(try File.read(path(name))) }

    /// Runs the program; names of files in the directory are written `@name`.
    func run(_ arguments: String...) async -> Int32 {
        let isThere = isThere
        let simulators: SinterEnvironment.SimulatorFactory = { _ in Adder(isThere: isThere) }
        let environment = SinterEnvironment(
            output: output, errors: errors, outputWidth: nil, messageWidth: messageWidth, time: StandingTime(),
            files: BlockingPool(name: "files", limit: 1, idleSeconds: 1), simulators: simulators)
        let program = SinterProgram.program(environment, version: "1", date: "2026-11-27")
        let resolved = arguments.map { $0.hasPrefix("@") ? path(String($0.dropFirst())) : $0 }
        return await program.run(resolved, output: output, errors: errors, width: 80).rawValue
    }
}

/// Always the same moment.
private struct StandingTime: TimeSource {
    func now() -> Timestamp { Timestamp(milliseconds: 1_795_737_600_000) }
    func instant() -> Instant { Instant(nanoseconds: 0) }
    func sleep(for duration: Duration) async throws {}
}

/// Fails where `a` is more than 100, and takes too long where it is less than -100.
private struct Adder: SinterSimulator {
    let isThere: Bool

    func open() async throws(SimulatorFailure) {
        if !isThere { throw SimulatorFailure(.unavailable, "there is no adder") }
    }

    func reset() async throws(SimulatorFailure) {}
    func close() async {}

    func run(_ run: PreparedRun, timeLimit: Duration?) async throws(SimulatorFailure) -> SimulatorResult {
        func number(_ name: String) -> Double { run.value(name)?.scalars.first?.number ?? .nan }
        let a = number("a")
        if a > 100 { return SimulatorResult(status: .simulationError, messages: ["overflow"]) }
        if a < -100 { throw SimulatorFailure(.timeout, "not done in \(timeLimit.map { "\($0)" } ?? "any time")") }
        return SimulatorResult(status: .okay, outputs: ["sum": .double(a + number("b"))])
    }
}
