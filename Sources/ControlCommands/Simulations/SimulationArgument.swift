import FOQUSModel
import FileKit

/// What a command line means by SIMULATION: told by its form alone, whatever lies in the current directory.
enum SimulationArgument: Sendable, Hashable {
    /// A simulation on the gateway.
    case named(SimulationName)
    /// A file or directory to upload first, under this name.
    case local(path: String, name: SimulationName)

    /// A text with a slash, or that ends in `.foqus`, is a path; the name is the file's or directory's.
    init(_ text: String) throws(ControlError) {
        guard text.contains("/") || text.hasSuffix(".foqus") else {
            self = .named(try SimulationName.argument(text))
            return
        }
        var stem = Path.lastComponent(text)
        if stem == "." || stem == ".." || stem == "/" {
            throw ControlError(.usage, "\(text) gives the simulation no name. Name the directory, as ../flow.")
        }
        for ending in [".foqus", ".json"] where stem.hasSuffix(ending) { stem.removeLast(ending.count) }
        // The gateway would take blanks; scripts and links are better off without.
        stem = String(stem.map { $0 == " " ? "_" : $0 })
        self = .local(path: text, name: try SimulationName.argument(stem))
    }
}

extension SimulationName {
    static func argument(_ text: String) throws(ControlError) -> SimulationName {
        do { return try SimulationName(text) } catch { throw ControlError(.usage, "\(error).") }
    }
}

extension SimulationArgument {
    var name: SimulationName {
        switch self {
        case .named(let name), .local(_, let name): name
        }
    }
}
