import CommandLineKit
import EventLoop
import SystemdKit

/// Runs commands, and says what they could not do in the words of the Windows worker.
struct ServiceRunner: Sendable {
    typealias Body = @Sendable (ServiceContext, ParsedArguments) async throws -> Void

    /// The name of what is passed on to the worker.
    static let argument = "ARGUMENT"

    let output: TextOutput
    let errors: TextOutput

    /// - Parameters:
    ///   - action: for errors: "starting service".
    ///   - isOpenEnded: what follows the command goes to the worker.
    func command(
        _ name: String, _ summary: String, _ action: String, takes kind: ServiceOptions.Kind = .nothing,
        isOpenEnded: Bool = false, _ body: @escaping Body
    ) -> CommandDescription {
        CommandDescription(
            name: name, summary: summary,
            positionals: isOpenEnded
                ? [.init(Self.argument, .verbatim, "for the worker, as 'foqus-worker run' takes it")] : [],
            run: { arguments in
                if isOpenEnded {
                    try ServiceOptions.check(passedOn: arguments.positionals(Self.argument), arguments.path)
                }
                return try await run(arguments, action, takes: kind) { context in
                    try await body(context, arguments)
                    return .success
                }
            })
    }

    func run(
        _ arguments: ParsedArguments, _ action: String, takes kind: ServiceOptions.Kind = .nothing,
        _ body: (ServiceContext) async throws -> ExitCode
    ) async throws -> ExitCode {
        try ServiceOptions.check(arguments, kind)
        let loop = EventLoop.start(name: "service")
        defer { loop.stop() }
        let context = ServiceContext(
            scope: arguments.flag("user") ? .user : .system, loop: loop, output: output, errors: errors,
            wait: try arguments.int("wait", in: 1...86_400).map { .seconds($0) })
        do {
            return try await body(context)
        } catch let error as ServiceError {
            try errors.line("Error \(action): \(error)")
            return .failure
        }
    }
}
