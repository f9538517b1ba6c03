import CommandLineKit
import FOQUSModel
import JSONKit

/// `foqusctl simulation …`.
struct SimulationCommands: Sendable {
    let context: CommandContext

    init(_ context: CommandContext) { self.context = context }

    /// Makes the simulation by what its files are, and uploads them.
    func put(_ name: SimulationName, paths: [String], application: String?) async throws(ControlError) {
        let display = context.display()
        let done = try await SimulationUploader(gateway: context.gateway, files: context.files, progress: display)
            .upload(paths, as: name, application: application)
        let kind = done.application.map { " (\($0))" } ?? ""
        try context.answer(
            [
                "Simulation": .string(name.description), "Application": done.application.map { .string($0) } ?? .null,
                "Files": .array(done.targets.map { .string($0) }),
            ],
            text: "simulation \(name)\(kind): uploaded \(done.targets.joined(separator: ", "))\n")
    }

    func list() async throws(ControlError) {
        let simulations = try await context.gateway.simulations()
        var table = Table("Name", "Application")
        for simulation in simulations { table.add([simulation.name, simulation.application]) }
        if simulations.isEmpty && !context.json {
            return context.console.say("no simulations yet; foqusctl simulation put uploads one")
        }
        try context.answer(
            .array(
                simulations.map { ["Name": .string($0.name), "Application": .string($0.application)] }),
            text: table.lines(width: context.console.outputWidth).map { $0 + "\n" }.joined())
    }
}
