import Executors
import FOQUSModel
import FileKit
import Glibc
import JSONKit
import Logging
import TestSupport

/// The real engine, and flowsheets for it.
enum Engine {
    /// The folder of Package.swift.
    static let package = above(#filePath) { File.exists(Path.join($0, "Package.swift")) } ?? "/"

    /// Flowsheets with known answers that are not part of the package, where there are any.
    static let fixtures = above(package) { File.exists(Path.join($0, "shared/fixtures/foqus")) }
        .map { Path.join($0, "shared/fixtures/foqus") }

    static func example(_ name: String) -> String { Path.join(package, "Examples", name) }

    /// A Python with ccsi-foqus: FOQUS_PYTHON, else the environment that the scripts make.
    static func python() throws -> String {
        let python =
            getenv("FOQUS_PYTHON").map { String(cString: $0) } ?? Path.join(package, ".build/foqus-venv/bin/python3")
        guard File.exists(python) else {
            throw TestSupportError(
                """
                \(python) is missing, and these tests run the real FOQUS engine. Make it with
                    bash -c 'source script/lib/python-env.sh && ensure_foqus_python .build'
                or name a Python 3.11 with ccsi-foqus in FOQUS_PYTHON.
                """)
        }
        return python
    }

    private static func above(_ path: String, _ condition: (String) -> Bool) -> String? {
        var path = path
        repeat {
            path = Path.parent(path)
            if condition(path) { return path }
        } while path != "/"
        return nil
    }
}

/// An executor with the real engine, for one test.
struct EngineBench: Sendable {
    let workshop: Workshop
    let executor: FOQUSExecutor
    private let log: RecordingSink

    /// The engine's processes that were started, in order.
    var runners: [Int32] {
        log.entries.filter { $0.message == "FOQUS runner started" }
            .compactMap { $0.metadata["pid"].flatMap { Int32($0.description) } }
    }

    static func with<Result>(_ body: (EngineBench) async throws -> Result) async throws -> Result {
        try await with(\.processes, 1, body)
    }

    /// With what runs the simulations of nodes.
    static func with<Result>(
        simulations: [String: any Executor], _ body: (EngineBench) async throws -> Result
    ) async throws -> Result {
        try await with(\.processes, 1, simulations: simulations, body)
    }

    /// With one option set; there is one runner at a time by default.
    static func with<Value, Result>(
        _ option: WritableKeyPath<FOQUSExecutor.Options, Value>, _ value: Value,
        simulations: [String: any Executor] = [:],
        _ body: (EngineBench) async throws -> Result
    ) async throws -> Result {
        try await Workshop.with { workshop in
            var options = FOQUSExecutor.Options(
                python: try Engine.python(), runnerDirectory: Path.join(Engine.package, "Runners"), processes: 1,
                workDirectory: workshop.path("work"))
            options[keyPath: option] = value
            let bench = EngineBench(workshop: workshop, options, simulations)
            do {
                let result = try await body(bench)
                await bench.executor.shutdown()
                return result
            } catch {
                await bench.executor.shutdown()
                throw error
            }
        }
    }

    private init(
        workshop: Workshop, _ options: FOQUSExecutor.Options, _ simulations: [String: any Executor]
    ) {
        self.workshop = workshop
        log = RecordingSink()
        executor = FOQUSExecutor(
            options, simulations: ExecutorRegistry(simulations), supervisor: Shared.supervisor, loop: Shared.loop,
            log: Logger(label: "test", sink: log))
    }

    /// Runs one job of the simulation in a folder, with the simulations it depends on below that folder.
    func run(_ simulation: String, _ input: JSON = [:], timeout: Duration? = .seconds(120)) async throws -> Outcome {
        await executor.run(try await job(simulation, input, timeout: timeout))
    }

    func job(_ simulation: String, _ input: JSON = [:], timeout: Duration? = .seconds(120)) async throws -> JobRun {
        let names = try await executor.dependencies(ofSimulationAt: simulation)
        return try workshop.job(
            input: input, timeout: timeout, fingerprint: simulation, in: simulation,
            dependencies: Dictionary(uniqueKeysWithValues: names.map { ($0, Path.join(simulation, $0.description)) }))
    }
}

extension Outcome {
    /// A value of the flowsheet's output.
    func value(_ node: String, _ name: String) -> Double? { output?["output"]?[node]?[name]?.doubleValue }

    func isClose(_ node: String, _ name: String, _ expected: Double) -> Bool {
        guard let value = value(node, name) else { return false }
        return abs(value - expected) <= 1e-6 * max(1, abs(expected))
    }
}
