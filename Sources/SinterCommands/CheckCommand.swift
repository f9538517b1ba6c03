import CommandLineKit
import FileKit
import JSONKit
import Sinter
import TextKit
import Threading
import UnitsKit

/// `foqus-sinter check CONFIG [INPUTS]`
struct CheckCommand: Sendable {
    let environment: SinterEnvironment
    let configuration: String
    let inputs: String?
    let defaults: String?
    let json: Bool

    /// Finds all that there is to find, tells it, and ends with 65 if an error is among it.
    func run() async throws -> ExitCode {
        let files = ModelFiles(environment: environment)
        var problems: [SinterProblem] = []
        var read: SinterConfiguration?
        do {
            let (configuration, warnings) = try await files.configuration(self.configuration, defaults: defaults)
            read = configuration
            problems += warnings
            problems += await files.problems(configuration, at: self.configuration)
            problems += await unitProblems(configuration)
            problems += try await templateProblems(configuration, files)
        } catch let error as SinterError {
            problems += error.problems
        }
        var runs: Int?
        if let inputs {
            do {
                let all = try await files.runs(inputs)
                runs = all.count
                if let read { problems += await runProblems(all, read) }
            } catch let error as SinterError {
                problems += error.problems
            }
        }
        try tell(read, runs, problems)
        return problems.contains { $0.severity == .error } ? .dataError : .success
    }

    private func runProblems(_ runs: [SinterRun], _ configuration: SinterConfiguration) async -> [SinterProblem] {
        let units = environment.units
        return await environment.files.run {
            runs.flatMap { run -> [SinterProblem] in
                do throws(SinterError) {
                    return try configuration.prepare(run, units: units).warnings
                } catch {
                    return error.problems
                }
            }
        }
    }

    /// What is wrong with the template of a program, which is filled in with the defaults.
    private func templateProblems(_ read: SinterConfiguration, _ files: ModelFiles) async throws -> [SinterProblem] {
        guard let program = read.program, let file = program.templateFile else { return [] }
        guard let template = try await files.readIfThere(Path.join(Path.parent(configuration), file)) else {
            return [SinterProblem(.warning, place: nil, "\(configuration): the template \(file) is not beside it")]
        }
        do throws(SinterError) {
            let run = try read.prepare(SinterRun())
            return try program.input(run, of: read, directory: "/", template: template).warnings
        } catch {
            return error.problems
        }
    }

    /// Units that nothing can be converted to: such a variable can be given in its own units only.
    private func unitProblems(_ configuration: SinterConfiguration) async -> [SinterProblem] {
        let units = environment.units
        return await environment.files.run {
            configuration.variables.compactMap { variable -> SinterProblem? in
                guard let text = variable.units, !text.isEmpty, variable.isGiven else { return nil }
                do throws(UnitsError) {
                    try units.check(text)
                    return nil
                } catch {
                    return SinterProblem(.warning, place: variable.place, variable: variable.name, "\(error)")
                }
            }
        }
    }

    private func tell(_ read: SinterConfiguration?, _ runs: Int?, _ problems: [SinterProblem]) throws {
        if json {
            let document: JSON = [
                "Configuration": read.map(summary) ?? .null,
                "Variables": .array(read?.variables.map(VariableTable.json) ?? []),
                "Runs": runs.map { .int(Int64($0)) } ?? .null, "Problems": .array(problems.map(Self.json)),
            ]
            return try environment.output.line(document.text(pretty: true))
        }
        environment.say(problems)
        guard let read else { return }
        let kind = read.simulator.map { ", \($0.rawValue)" } ?? ""
        try environment.output.line("\(configuration): format \(read.format.rawValue)\(kind), \(read.model.path)")
        if !read.variables.isEmpty {
            let lines = VariableTable.lines(read, width: environment.outputWidth)
            try environment.output.write(lines.map { $0 + "\n" }.joined())
        }
        if let inputs, let runs { try environment.output.line("\(inputs): \(runs) \(runs == 1 ? "run" : "runs")") }
    }

    private func summary(_ read: SinterConfiguration) -> JSON {
        [
            "File": .string(configuration), "Format": .string(read.format.rawValue), "Title": .string(read.title),
            "Version": .string(read.version), "Model": .string(read.model.path),
            "Application": read.simulator.map { .string($0.rawValue) } ?? .null,
        ]
    }

    private static func json(_ problem: SinterProblem) -> JSON {
        [
            "Severity": .string(problem.severity.rawValue), "File": problem.place.map { .string($0.file) } ?? .null,
            "Line": problem.place.map { .int(Int64($0.line)) } ?? .null,
            "Column": problem.place.map { .int(Int64($0.column)) } ?? .null,
            "Variable": problem.variable.map { .string($0) } ?? .null, "Message": .string(problem.message),
        ]
    }
}
