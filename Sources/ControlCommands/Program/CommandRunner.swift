import CommandLineKit
import JSONKit
import Threading

/// Turns what a command throws into a message and an exit status.
struct CommandRunner: Sendable {
    let environment: ControlEnvironment

    /// A handler that talks to the gateway.
    func connected(
        _ body: @escaping @Sendable (ParsedArguments, CommandContext) async throws -> Void
    ) -> CommandDescription.Handler {
        local { arguments, console in
            let settings = try await ConnectionOptions.settings(arguments, environment)
            let access = try await ConnectionOptions.access(settings, console: console, files: environment.files)
            let context = CommandContext(
                gateway: try await environment.openGateway(access), console: console, time: environment.time,
                interrupts: environment.interrupts, files: environment.files, json: arguments.flag("json"),
                quiet: arguments.flag("quiet"))
            try await body(arguments, context)
        }
    }

    /// A handler that does not.
    func local(
        _ body: @escaping @Sendable (ParsedArguments, any Console) async throws -> Void
    ) -> CommandDescription.Handler {
        { arguments in
            let console = WatchedConsole(environment.console)
            do {
                try await body(arguments, console)
                return .success
            } catch let error as ControlError {
                return finish(error, console, json: arguments.flag("json"))
            }
        }
    }

    private func finish(_ error: ControlError, _ console: WatchedConsole, json: Bool) -> ExitCode {
        if error.code == .outputClosed { return .brokenPipe }
        if !error.description.isEmpty { console.say("foqusctl: \(error)") }
        if json, !console.hasWritten {
            let document: JSON = [
                "Error": ["Code": .string(error.code.rawValue), "Message": .string(error.description)]
            ]
            // Standard error has the message; whoever closed standard output does not want this one.
            try? console.write(document.serialized(pretty: true) + [UInt8(ascii: "\n")])
        }
        return ExitCode(rawValue: error.exitStatus)
    }
}

/// Knows whether anything was written to standard output: a failure is told there only if not.
private final class WatchedConsole: Console {
    private let console: any Console
    private let written = Locked(false)

    init(_ console: any Console) { self.console = console }

    var hasWritten: Bool { written.withLock { $0 } }
    var outputWidth: Int? { console.outputWidth }
    var messageWidth: Int? { console.messageWidth }

    func write(_ bytes: [UInt8]) throws(ControlError) {
        written.withLock { $0 = true }
        try console.write(bytes)
    }

    func message(_ text: String) { console.message(text) }
    func password(prompt: String) throws(ControlError) -> String { try console.password(prompt: prompt) }
    func input(limit: Int) throws(ControlError) -> [UInt8] { try console.input(limit: limit) }
}
