import FOQUSModel
import JSONKit
import TextKit

/// Which files become what of a simulation.
struct UploadPlan: Sendable {
    struct Item: Sendable, Hashable {
        let file: LocalFile
        let resource: SimulationResource
    }

    /// What to make the simulation for; nil when it must exist already.
    let application: String?
    /// The configuration comes last: whoever sees it finds the files it speaks of.
    let items: [Item]

    /// Looks for the configuration among the files. Blocks: reads the files in question.
    ///
    /// - Parameter application: as given on the command line; one that is not of the contract
    ///   (`SimulationKind.known`) has no configuration to look for.
    static func make(_ files: [LocalFile], application: String?) throws(ControlError) -> UploadPlan {
        if let application, SimulationKind.named(application) == nil {
            return UploadPlan(application: application, items: files.map { Item(file: $0, resource: .file($0.target)) })
        }
        let wanted = application.flatMap(SimulationKind.named)
        var candidates = try self.candidates(files).filter { wanted == nil || $0.kind == wanted }
        let canonical = candidates.filter { $0.file.name == $0.kind.configurationFile }
        if candidates.count > 1, canonical.count == 1 { candidates = canonical }
        if candidates.count > 1 {
            let names = candidates.map(\.file.source).joined(separator: ", ")
            throw ControlError(
                .input, "more than one file may be the configuration: \(names). Name just one, or use --application.")
        }
        var items = files.filter { $0 != candidates.first?.file }.map { Item(file: $0, resource: .file($0.target)) }
        if let candidate = candidates.first {
            items.append(Item(file: candidate.file, resource: try resource(for: candidate)))
        }
        return UploadPlan(application: wanted?.application ?? candidates.first?.kind.application, items: items)
    }

    private struct Candidate {
        let file: LocalFile
        let kind: SimulationKind
    }

    /// By name; if there is none, by what the JSON files say.
    private static func candidates(_ files: [LocalFile]) throws(ControlError) -> [Candidate] {
        let files = files.filter(\.isTopLevel)
        let byName = files.compactMap { file in kind(ofName: file.name).map { Candidate(file: file, kind: $0) } }
        if !byName.isEmpty { return byName }
        var byContent: [Candidate] = []
        for file in files where file.name.hasSuffix(".json") {
            let content = try LocalFiles.read(file.source)
            guard let json = try? JSON.parse(content, options: .lenientNumbers),
                let kind = SimulationKind.of(configuration: json)
            else { continue }
            byContent.append(Candidate(file: file, kind: kind))
        }
        return byContent
    }

    private static func kind(ofName name: String) -> SimulationKind? {
        if name.hasSuffix(".foqus") { return SimulationKind.named("foqus") }
        return SimulationKind.known.first { kind in
            name == kind.configurationFile
                || kind.configurationFile.hasSuffix("_sinter.json") && name.hasSuffix(kind.configurationFile)
        }
    }

    /// A configuration that the gateway recognises goes as such, any other by its name in the contract.
    private static func resource(for candidate: Candidate) throws(ControlError) -> SimulationResource {
        let content = try LocalFiles.read(candidate.file.source)
        let json: JSON
        do throws(JSONError) {
            // FOQUS writes sessions by Python's json, NaN and Infinity included.
            json = try JSON.parse(content, options: .lenientNumbers)
        } catch {
            throw SourcePlace(file: candidate.file.source, line: error.line, column: error.column)
                .error("the configuration is not JSON: \(error.message)")
        }
        if SimulationKind.of(configuration: json) == candidate.kind { return .configuration }
        do {
            return .file(try RelativePath(candidate.kind.configurationFile))
        } catch {
            throw ControlError(.input, "\(candidate.file.source): \(error)")
        }
    }
}
