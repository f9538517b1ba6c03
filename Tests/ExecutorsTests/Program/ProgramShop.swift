import Executors
import FileKit
import JSONKit
import TestSupport

/// A simulation with a configuration of a program, for one test.
struct ProgramShop: Sendable {
    let workshop: Workshop

    static func with<Result>(
        program: String, outputs: String = level, files: [String: String] = [:],
        _ body: (ProgramShop) async throws -> Result
    ) async throws -> Result {
        try await Workshop.with { workshop in
            let shop = ProgramShop(workshop: workshop)
            try shop.put(configuration(program, outputs), "case.json")
            for (name, text) in files { try shop.put(text, name) }
            return try await body(shop)
        }
    }

    /// Inputs `flow` (2.5) and `area` (0.5); `model.sh` is the model.
    static func configuration(_ program: String, _ outputs: String) -> String {
        """
        {"title": "Tank", "config-version": "1.0", "description": "", "author": "", "date": "",
         "filetype": "sinterconfig", "filetype-version": 0.3,
         "application": {"name": "program", "version": "", "constraint": "ANY"},
         "model": {"file": "model.sh"}, "input-files": [], "settings": {}, "program": \(program),
         "inputs": {
          "flow": {"path": ["flow"], "type": "double", "default": 2.5, "units": "m3/s", "description": "", "max": 10},
          "area": {"path": ["area"], "type": "double", "default": 0.5, "units": "m2", "description": ""}},
         "outputs": {\(outputs)}}
        """
    }

    static let level = """
        "level": {"path": ["level"], "type": "double", "units": "m", "description": ""}
        """

    func put(_ text: String, _ name: String) throws {
        try File.writeAtomically(Array(text.utf8), to: Path.join(workshop.simulation, name))
    }

    /// A job whose folder holds the simulation's files, as the worker stages them.
    func job(input: JSON = [:], timeout: Duration? = .seconds(30)) throws -> JobRun {
        let job = try workshop.job(input: input, timeout: timeout)
        for name in try Directory.files(under: workshop.simulation) {
            let target = Path.join(job.directory, name)
            try Directory.create(Path.parent(target))
            try File.copyNew(from: Path.join(workshop.simulation, name), to: target)
        }
        return job
    }

    static func executor(_ configure: (inout ProgramExecutor.Options) -> Void = { _ in }) -> ProgramExecutor {
        var options = ProgramExecutor.Options(grace: .milliseconds(100))
        options.environment = ["PATH": "/usr/local/bin:/usr/bin:/bin"]
        configure(&options)
        return ProgramExecutor(options, supervisor: Shared.supervisor, loop: Shared.loop, log: Shared.silence)
    }

    /// What a job has for its output.
    static func output(level: Double, status: Int64 = 0) -> JSON {
        ["level": ["value": .number(level), "units": "m"], "status": ["units": "", "value": .int(status)]]
    }
}
