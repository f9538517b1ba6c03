import CommandLineKit
import FOQUSModel
import FileKit
import JSONKit
import Sinter
import Stores
import TextKit
import Threading

/// `foqus-sinter run` and `foqus-sinter csv`: the runs of a file, one after another.
struct SeriesCommand: Sendable {
    struct Options: Sendable {
        var configuration: String
        var inputs: String
        /// `-` for standard output.
        var output: String
        var defaults: String?
        var renewal = SeriesRunner.Renewal.reset
        var timeLimit: Duration?
        /// Makes the other runs when some are refused.
        var keepGoing = false
        var quiet = false
    }

    enum Form: Sendable {
        /// A list of documents of format 0.2.
        case documents
        /// A table; its columns are those that the file names in its first line, if it is there.
        case table
    }

    let environment: SinterEnvironment
    let options: Options
    let form: Form

    /// Makes the runs and writes what became of each.
    /// - Returns: 0 when all have outputs, 1 when some have none, 65 when inputs were refused, 69 without a simulator.
    func run() async throws -> ExitCode {
        do {
            return try await series()
        } catch let error as SinterError {
            environment.say(error.problems)
            return .dataError
        }
    }

    private func series() async throws -> ExitCode {
        let files = ModelFiles(environment: environment)
        let (configuration, warnings) = try await files.configuration(
            options.configuration, defaults: options.defaults)
        environment.say(warnings)
        let table = form == .table ? try await table(configuration, files) : nil
        let given = try await files.runs(options.inputs)
        let units = environment.units
        // The first conversion reads the database of units.
        let runs = await environment.files.run {
            given.map { run in Result { () throws(SinterError) in try configuration.prepare(run, units: units) } }
        }
        let refused = runs.compactMap { if case .failure(let error) = $0 { error } else { nil } }
        if !refused.isEmpty, !options.keepGoing {
            environment.say(refused.flatMap(\.problems))
            environment.say("nothing was run; --keep-going makes the runs that are right")
            return .dataError
        }
        let simulator = try makeSimulator(configuration)
        let progress = SeriesProgress(
            label: Path.lastComponent(options.configuration), total: runs.count, environment: environment,
            quiet: options.quiet)
        let runner = SeriesRunner(simulator, renewal: options.renewal, timeLimit: options.timeLimit)
        let outcome = await runner.run(runs) { progress.ended($0) }
        progress.finish()
        try await files.write(text(outcome, configuration, table), to: options.output)
        if let reason = outcome.unavailable {
            environment.say("error: the simulator could not be used: \(reason)")
            return .unavailable
        }
        return outcome.failed == 0 ? .success : .failure
    }

    private func makeSimulator(_ configuration: SinterConfiguration) throws -> any SinterSimulator {
        let model = SinterEnvironment.Model(
            configuration: configuration, directory: Path.parent(options.configuration))
        do throws(SimulatorFailure) {
            return try environment.simulators(model)
        } catch {
            throw CommandFailure(.unavailable, "\(error)")
        }
    }

    private func table(_ configuration: SinterConfiguration, _ files: ModelFiles) async throws -> OutputsTable {
        guard options.output != "-", let present = try await files.readIfThere(options.output) else {
            return OutputsTable(configuration)
        }
        let header: [CSVCell]?
        do throws(CSVError) {
            header = try CSVReader.records(present, file: options.output).first
        } catch {
            throw CommandFailure(.dataError, "\(error)")
        }
        guard let header else { return OutputsTable(configuration) }
        return try OutputsTable(configuration, header: header, file: options.output)
    }

    private func text(_ outcome: SeriesOutcome, _ configuration: SinterConfiguration, _ table: OutputsTable?) -> [UInt8]
    {
        if let table { return table.text(outcome.runs) }
        let document = OutputsDocument(configuration)
        let date = String(environment.time.now().description.prefix(10))
        let documents = outcome.runs.map { run -> JSON in
            .object(document.document(run.run, outputs: run.outputs, status: run.status, date: date))
        }
        return JSON.array(documents).serialized(pretty: true) + [UInt8(ascii: "\n")]
    }
}
