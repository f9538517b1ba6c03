import EventLoop
import Executors
import FOQUSModel
import FileKit
import Glibc
import JSONKit
import Logging
import ProcessKit
import TestSupport
import Threading

/// The processes of all tests here: one supervisor, as in a worker.
enum Shared {
    static let loop = EventLoop.start(name: "executor-tests")
    static let supervisor = ProcessSupervisor(loop: loop)
    static let silence = Logger(label: "test", sink: NullSink())
}

/// A folder with jobs, a simulation and programs, for one test.
struct Workshop: Sendable {
    let directory: String
    /// Shared by the jobs, as the worker stages it.
    var simulation: String { Path.join(directory, "simulation") }

    static func with<Result>(_ body: (Workshop) async throws -> Result) async throws -> Result {
        try await withTemporaryDirectory { directory in
            let workshop = Workshop(directory: directory)
            try Directory.create(workshop.simulation)
            return try await body(workshop)
        }
    }

    func path(_ name: String) -> String { Path.join(directory, name) }

    /// A job with a new folder of its own.
    func job(
        input: JSON = [:], timeout: Duration? = .seconds(30), fingerprint: String = "1", in simulation: String? = nil,
        dependencies: [SimulationName: String] = [:]
    ) throws -> JobRun {
        let random = SystemRandomIDs()
        let attempt: AttemptID = random.next()
        let folder = path("job-\(attempt)")
        try Directory.create(folder)
        return JobRun(
            job: random.next(), attempt: attempt, session: random.next(), user: try UserName("ann"),
            simulation: try SimulationName("mixer"), application: "test", input: input, directory: folder,
            simulationDirectory: simulation ?? self.simulation, dependencyDirectories: dependencies,
            fingerprint: fingerprint, timeout: timeout)
    }

    /// Makes an executable file. Written by a program, because one that is open for writing here could not be executed
    /// in the moment another test starts a program.
    func installProgram(_ name: String, _ text: String) async throws -> String {
        let source = path(name + ".txt")
        try File.writeAtomically(Array(text.utf8), to: source)
        var command = Command("/bin/sh", ["-c", "cat > \"$1\" && chmod +x \"$1\"", "sh", path(name)])
        command.environment = ["PATH": "/usr/bin:/bin"]
        command.stdin = .file(source)
        let result = try await Shared.supervisor.run(command)
        guard result.status.isSuccess else { throw TestSupportError("installing \(name): \(result.status)") }
        return path(name)
    }
}

/// New identifiers.
struct SystemRandomIDs {
    func next<ID: UUIDIdentifier>() -> ID {
        var generator = SystemRandomNumberGenerator()
        return ID(UUIDText(random: (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }))
    }
}

extension Executor {
    /// Runs a job when nobody needs to know of its start.
    func run(_ job: JobRun) async -> Outcome {
        if self is CommandExecutor {
            do { _ = try furnish(job.directory, input: job.input, description: [:]) } catch {
                return .infrastructure(message: "\(error)")
            }
        }
        return await run(job) {}
    }
}

extension Outcome {
    var output: JSON? {
        switch self {
        case .success(let output): output
        case .failed(_, let output): output
        default: nil
        }
    }

    /// Why it failed; nil for every other outcome.
    var failure: String? {
        if case .failed(let message, _) = self { message } else { nil }
    }

    var infrastructure: String? {
        if case .infrastructure(let message) = self { message } else { nil }
    }
}

/// What a test reads of files and processes.
enum Look {
    static func text(_ path: String) throws -> String { String(decoding: try File.read(path), as: UTF8.self) }

    static func names(in directory: String) throws -> [String] { try Directory.list(directory).map(\.name) }

    /// The numbers in a file of one a line; empty when there is no file yet.
    static func pids(_ path: String) -> [Int32] {
        guard let text = try? text(path) else { return [] }
        return text.split(separator: "\n").compactMap { Int32($0) }
    }

    /// Whether a process runs; a zombie does not.
    static func isAlive(_ pid: Int32) -> Bool {
        guard let stat = try? text("/proc/\(pid)/stat"), let end = stat.lastIndex(of: ")") else { return false }
        return stat[end...].dropFirst(2).first != "Z"
    }
}
