import FileKit
import ProcessKit
import Sinter

/// One run of a configuration's program in a folder: what it is told before, and what came of it after. All of it blocks.
struct ProgramRun: Sendable {
    let simulation: SinterSimulation
    let program: ProgramDescription
    let run: PreparedRun
    /// The run's own folder, with the files of the simulation. Absolute.
    let directory: String
    let options: ProgramExecutor.Options

    /// What was told, and the command to be run.
    struct Prepared: Sendable {
        var command: Command
        /// Whether the program is the simulation's own.
        let isOwn: Bool
        var warnings: [String]
    }

    /// A file that a run gives to the program's stdin, so that one can see it afterwards.
    private static let stdinFile = "stdin.txt"
    private static let templateLimit = 64 << 20

    // MARK: before

    /// Writes the inputs, and takes away what would be taken for the outputs.
    ///
    /// - Parameter environment: what the program finds beside what the configuration says. It has the last word in what
    ///   begins with `FOQUS_`, which no configuration may set.
    func prepare(environment: [String: String]) throws(ProgramFailure) -> Prepared {
        let input = try input()
        let choice = try ProgramChoice(input.command[0], model: simulation.configuration.model.path, options)
        if options.allowed != nil,
            let name = input.environment.keys.first(where: { $0 == "PATH" || $0.hasPrefix("LD_") })
        {
            throw .refused(
                "the configuration sets \(name), which programs in [\(options.settingsSection)] do not allow")
        }
        var command = Command(
            choice.path, Array(input.command.dropFirst()),
            environment: environment.merging(input.environment) { $1 }, directory: directory)
        command.stdout = .capture(limit: options.logLimit)
        command.stderr = .capture(limit: options.logLimit)
        command.limits = options.limits
        do throws(FileError) {
            if case .file(let path) = program.output {
                try File.remove(Path.join(directory, path))
                try makeFolder(of: path)
            }
            if let text = input.text {
                let path: String
                switch text.source {
                case .file(let name):
                    path = name
                    try makeFolder(of: name)
                case .standardInput:
                    path = Self.stdinFile
                    command.stdin = .file(Path.join(directory, path))
                }
                try ResultFile.write(text.bytes, to: Path.join(directory, path))
            }
            if let file = choice.ownFile {
                // What was uploaded has no permissions.
                let path = Path.join(directory, file)
                if File.exists(path) { try File.makeExecutable(path) }
            }
        } catch {
            throw .machine("\(error)")
        }
        return Prepared(
            command: command, isOwn: choice.ownFile != nil, warnings: input.warnings.map(\.description))
    }

    private func input() throws(ProgramFailure) -> ProgramInput {
        let configuration = simulation.configuration
        if program.usesModel, !File.exists(Path.join(directory, configuration.model.path)) {
            throw .refused("the model's file \(configuration.model.path) is not in the simulation")
        }
        var template: [UInt8]?
        if let file = program.templateFile {
            do throws(FileError) {
                template = try File.read(Path.join(simulation.directory, file), limit: Self.templateLimit)
            } catch {
                throw .refused("the template \(file) of the simulation: \(error)")
            }
        }
        do throws(SinterError) {
            return try program.input(run, of: configuration, directory: directory, template: template)
        } catch {
            throw .refused(Self.text(error))
        }
    }

    private func makeFolder(of path: String) throws(FileError) {
        if path.contains("/") { try Directory.create(Path.parent(Path.join(directory, path)), mode: 0o750) }
    }

    // MARK: after

    /// What a run came to that was not interrupted.
    ///
    /// - Parameters:
    ///   - status: of the program itself.
    ///   - account: a sentence on its end, in case that is no success.
    func settle(_ result: ProcessResult, _ status: ExitStatus, account: String) -> SimulatorResult {
        do {
            if let pattern = program.nonConvergencePattern, let line = try PatternLine(pattern, in: result) {
                let end = isSuccess(status) ? "" : "; \(account)"
                return SimulatorResult(
                    status: .nonConvergence, messages: ["the program did not converge: \(line)\(end)"])
            }
            guard isSuccess(status) else { return SimulatorResult(status: .simulationError, messages: [account]) }
            let outputs = try outputs(result)
            if let pattern = program.warningPattern, let line = try PatternLine(pattern, in: result) {
                return SimulatorResult(
                    status: .simulationWarning, outputs: outputs, messages: ["warning of the program: \(line)"])
            }
            return SimulatorResult(status: .okay, outputs: outputs)
        } catch let error as SinterError {
            return SimulatorResult(status: .simulationError, messages: [Self.text(error)])
        } catch {
            return SimulatorResult(status: .simulationError, messages: ["\(error)"])
        }
    }

    private func isSuccess(_ status: ExitStatus) -> Bool {
        if case .exited(let code) = status { program.successStatuses.contains(code) } else { false }
    }

    private func outputs(_ result: ProcessResult) throws -> [String: SinterValue] {
        let bytes: [UInt8]
        switch program.output {
        case .standardOutput:
            guard !result.stdout.isTruncated else {
                throw SimulationError(
                    "the program printed more than \(options.logLimit) bytes; let it write its outputs to a file, or raise"
                        + " log_limit in [\(options.settingsSection)]")
            }
            bytes = result.stdout.bytes
        case .file(let path):
            guard let content = try content(path) else {
                let tail = LogText.tail(result.stderr.bytes.isEmpty ? result.stdout.bytes : result.stderr.bytes)
                throw SimulationError(
                    "the program ended well, but left no \(path)" + (tail.isEmpty ? "" : "; it printed: \(tail)"))
            }
            bytes = content
        }
        return try program.outputs(bytes, of: simulation.configuration, times: run.times)
    }

    private func content(_ path: String) throws(SimulationError) -> [UInt8]? {
        do {
            return try ResultFile.read(Path.join(directory, path), limit: options.outputLimit)
        } catch  where error.code == ResultFile.tooLarge {
            throw SimulationError("\(path) is larger than \(options.outputLimit) bytes")
        } catch {
            throw SimulationError("\(path) cannot be read: \(error)")
        }
    }

    /// The first of the errors: a wrong path can spoil a thousand outputs.
    private static func text(_ error: SinterError) -> String {
        let (errors, limit) = (error.errors, 10)
        let rest = errors.count > limit ? ["and \(errors.count - limit) more"] : []
        return (errors.prefix(limit).map(\.description) + rest).joined(separator: "; ")
    }
}
