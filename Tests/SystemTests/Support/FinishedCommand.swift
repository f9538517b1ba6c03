import ProcessKit

/// A program that ran to its end.
struct FinishedCommand: Sendable, CustomStringConvertible {
    /// 128 and the signal's number when a signal ended it, as shells have it.
    let status: Int32
    let output: String
    let errors: String

    var description: String { "status \(status)\n\(output)\(errors)" }

    static func run(_ command: Command) async throws -> FinishedCommand {
        var command = command
        command.stdout = .capture(limit: 16 << 20)
        command.stderr = .capture(limit: 1 << 20)
        let result = try await Machinery.supervisor.run(command)
        let status: Int32 =
            switch result.status {
            case .exited(let code): code
            case .signaled(let number): 128 + number
            }
        return FinishedCommand(
            status: status, output: String(decoding: result.stdout.bytes, as: UTF8.self),
            errors: String(decoding: result.stderr.bytes, as: UTF8.self))
    }
}
