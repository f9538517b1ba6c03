import FileKit
import Glibc
import SystemdKit

/// Arguments of one start: a drop-in in memory that adds them to the command, there only while the service starts.
struct StartArguments {
    let places: UnitPlaces
    let manager: SystemdManager

    /// Has the next start take them; none takes those away that an interrupted command left.
    func set(_ arguments: [String]) async throws {
        let path = places.startArguments
        guard !arguments.isEmpty else {
            guard File.exists(path) else { return }
            try File.remove(path)
            rmdir(Path.parent(path))
            return try await manager.reloadFiles()
        }
        let command = try await command()
        let words = command.map(UnitQuoting.readWord) + arguments.map(UnitQuoting.word)
        let text = """
            # The arguments of "foqus-service start", for one start.
            [Service]
            ExecStart=
            ExecStart=\(words.joined(separator: " "))

            """
        try Directory.create(Path.parent(path))
        try File.writeAtomically(Array(text.utf8), to: path)
        try await manager.reloadFiles()
    }

    /// The command of the unit, as systemd has it: without this drop-in, if there is one.
    private func command() async throws -> [String] {
        try await set([])
        let properties = try await manager.properties(of: ServiceNames.unit, SystemdManager.serviceInterface)
        guard let command = UnitCommand.words(properties), !command.isEmpty else {
            throw ServiceError(.other("\(ServiceNames.unit) has no command to add arguments to."))
        }
        return command
    }
}

/// The command of a service among its properties.
enum UnitCommand {
    /// Of the last `ExecStart`, the program's name first.
    static func words(_ properties: [String: BusValue]) -> [String]? {
        properties["ExecStart"]?.elements?.last?.elements?.dropFirst().first?.stringsValue
    }
}
