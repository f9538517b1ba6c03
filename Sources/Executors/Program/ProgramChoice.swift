import FileKit

/// Which program the first word of a configuration's command means.
struct ProgramChoice: Sendable, Equatable {
    /// For a `Command`: a name to be found in PATH, an absolute path, or `./FILE`.
    let path: String
    /// The simulation's own file, relative to the run's folder; nil when it is the machine's program.
    let ownFile: String?

    private init(path: String, ownFile: String?) {
        self.path = path
        self.ownFile = ownFile
    }

    /// - Parameters:
    ///   - model: the path of the model's file, which needs no `./` before it.
    ///   - options: whose `allowed` decides.
    /// - Throws: when the settings do not have it among the programs, or the path leads out of the folder.
    init(_ word: String, model: String, _ options: ProgramExecutor.Options) throws(ProgramFailure) {
        let isOwn = word.contains("/") ? !word.hasPrefix("/") : word == model
        if isOwn {
            var file = word[...]
            while file.hasPrefix("./") { file = file.dropFirst(2) }
            do throws(SafeNameError) { try SafeName.check(String(file)) } catch {
                throw .refused("the program of the configuration: \(error)")
            }
            guard options.allowed?.contains("./") ?? true else {
                throw .refused(
                    "the simulation's own program \(file) may not run: './' is not among programs in"
                        + " [\(options.settingsSection)]")
            }
            self.init(path: "./\(file)", ownFile: String(file))
            return
        }
        guard let allowed = options.allowed else {
            self.init(path: word, ownFile: nil)
            return
        }
        let isName = !word.contains("/")
        guard let entry = allowed.first(where: { $0 == word || isName && Path.lastComponent($0) == word }) else {
            throw .refused(
                "the program \(word) may not run: it is not among programs in [\(options.settingsSection)], which has"
                    + " \(allowed.joined(separator: ", "))")
        }
        self.init(path: entry, ownFile: nil)
    }
}

/// Why a program was not started.
enum ProgramFailure: Error, Sendable, Equatable {
    /// The simulation or its inputs are wrong: final.
    case refused(String)
    /// The machine is to blame.
    case machine(String)

    var message: String {
        switch self {
        case .refused(let message), .machine(let message): message
        }
    }
}
