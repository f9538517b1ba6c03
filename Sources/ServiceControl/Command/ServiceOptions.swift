import CommandLineKit

/// The options that stand before the command, and which commands they are for.
enum ServiceOptions {
    /// What a command takes besides `--user`.
    enum Kind: Sendable {
        case nothing
        case installation
        case time
    }

    static let all: [OptionDescription] = [
        .value("username", placeholder: "NAME", "install, update: the account that the service runs under"),
        .value("password", placeholder: "TEXT", "install, update: not needed; ignored and not stored"),
        .choice(
            "startup", Startup.allCases.map(\.rawValue), placeholder: "HOW",
            "install, update: how the service starts; manual unless said otherwise"),
        .flag("interactive", negatable: true, "install, update: let the service reach the user's display"),
        .value(
            "perfmonini", placeholder: "FILE", hint: .file,
            "install, update: an ini file that names performance counters to export"),
        .value("perfmondll", placeholder: "FILE", hint: .file, "install, update: not needed; ignored"),
        .value(
            "wait", placeholder: "SECONDS",
            "start, stop, restart, remove: wait that long for the end; stop: for each service that depends on it too"),
        .flag("user", "the service of this user instead of the machine's"),
    ]

    private static let installation = ["username", "password", "startup", "perfmonini", "perfmondll"]

    /// Refuses options that the command has no use for.
    static func check(_ arguments: ParsedArguments, _ kind: Kind) throws(CommandLineError) {
        let command = arguments.path.dropFirst().joined(separator: " ")
        var given = installation.filter { arguments.valueIfGiven($0) != nil }
        if arguments.flagIfGiven("interactive") != nil { given.append("interactive") }
        if let name = given.first, kind != .installation {
            throw CommandLineError("--\(name) is an option of 'install' and 'update', not of '\(command)'")
        }
        if arguments.valueIfGiven("wait") != nil, kind != .time {
            throw CommandLineError("--wait is an option of 'start' and 'stop', not of '\(command)'")
        }
    }

    /// Refuses options of this program behind the command, where they would go to the worker.
    static func check(passedOn arguments: [String], _ path: [String]) throws(CommandLineError) {
        let names = all.map { "--" + $0.name }
        for argument in arguments {
            guard let name = names.first(where: { argument == $0 || argument.hasPrefix($0 + "=") }) else { continue }
            let command = path.dropFirst().joined(separator: " ")
            throw CommandLineError("\(name) stands before the command: \(path[0]) \(name) … \(command)")
        }
    }
}
