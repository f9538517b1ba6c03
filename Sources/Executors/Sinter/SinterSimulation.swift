import FileKit
import JSONKit
import Sinter

/// What a simulation of a Sinter application holds: a configuration with the files that it names. Read once.
struct SinterSimulation: Sendable {
    let configuration: SinterConfiguration
    /// The configuration's name in the folder.
    let file: String
    /// The simulation's folder. Absolute.
    let directory: String

    /// The names under which Turbine stages a configuration.
    private static let turbineNames = ["configuration", "sinter_configuration.txt", "sinter_configuration.json"]
    private static let sizeLimit = 64 << 20

    /// Finds and reads the configuration in a simulation's folder. Blocking.
    ///
    /// It is `configuration` or `sinter_configuration.txt` as Turbine names it, or the only `.json` or `.txt` file there
    /// that is one.
    /// - Parameter given: its name, where that is known.
    init(directory: String, named given: String? = nil) throws(SimulationError) {
        let names = try Self.names(in: directory)
        if let name = given ?? Self.turbineNames.first(where: names.contains) {
            do throws(SinterError) {
                self.init(try Self.read(name, directory), name, directory)
            } catch {
                throw SimulationError(error.description)
            }
            return
        }
        let candidates = names.filter(Self.isCandidate).sorted()
        var found: [(name: String, configuration: SinterConfiguration)] = []
        var refusals: [SinterError] = []
        for name in candidates {
            do throws(SinterError) { found.append((name, try Self.read(name, directory))) } catch {
                refusals.append(error)
            }
        }
        if found.count > 1 {
            throw SimulationError(
                "the simulation has several Sinter configurations: \(found.map(\.name).joined(separator: ", "));"
                    + " name the one to use sinter_configuration.txt")
        }
        if let (name, configuration) = found.first {
            self.init(configuration, name, directory)
            return
        }
        if refusals.count == 1 { throw SimulationError(refusals[0].description) }
        throw SimulationError(
            "the simulation has no Sinter configuration"
                + (candidates.isEmpty
                    ? ": upload it beside the model, as sinter_configuration.txt or NAME.json"
                    : " among \(candidates.joined(separator: ", ")); foqus-sinter check tells what is wrong with one"))
    }

    /// Where the model is in the folder: under its own name, or under the one that Turbine stages it by. Blocking.
    var modelFile: String {
        let staged = configuration.modelKey
        let isStaged =
            !File.exists(Path.join(directory, configuration.model.path)) && File.exists(Path.join(directory, staged))
        return isStaged ? staged : configuration.model.path
    }

    init(_ configuration: SinterConfiguration, _ file: String, _ directory: String) {
        self.configuration = configuration
        self.file = file
        self.directory = directory
    }

    /// Refuses, by the names of files alone, what cannot hold a configuration.
    static func verify(_ files: [String], of simulation: some CustomStringConvertible) throws(SimulationError) {
        guard files.contains(where: { turbineNames.contains($0) || isCandidate($0) }) else {
            throw SimulationError(
                "simulation \(simulation) has no Sinter configuration: upload it as sinter_configuration.txt or NAME.json"
            )
        }
    }

    private static func isCandidate(_ name: String) -> Bool {
        let folded = name.lowercased()
        return !name.contains("/") && (folded.hasSuffix(".json") || folded.hasSuffix(".txt"))
    }

    private static func names(in directory: String) throws(SimulationError) -> [String] {
        do throws(FileError) {
            return try Directory.list(directory).map(\.name)
        } catch {
            throw SimulationError("\(error)")
        }
    }

    private static func read(_ name: String, _ directory: String) throws(SinterError) -> SinterConfiguration {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try File.read(Path.join(directory, name), limit: sizeLimit)
        } catch {
            throw SinterError([SinterProblem(.error, place: nil, "\(error)")])
        }
        return try SinterConfiguration.read(bytes, file: name)
    }
}

extension SinterSimulation {
    /// A job's input, plain or with units, checked and completed with defaults.
    ///
    /// The first use of units loads their system, which blocks for some milliseconds.
    func prepare(_ input: JSON) throws(SimulationError) -> PreparedRun {
        do throws(SinterError) {
            return try configuration.prepare(try SinterRun(input))
        } catch {
            throw SimulationError(error.errors.map(\.description).joined(separator: "; "))
        }
    }

    /// The output of a job: what Turbine has there.
    func output(_ values: [String: SinterValue], _ status: RunStatus) -> JSON {
        .object(OutputsDocument(configuration).outputs(values, status))
    }
}
