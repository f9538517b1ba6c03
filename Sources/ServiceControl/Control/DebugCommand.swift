import CommandLineKit
import FileKit
import Glibc
import SystemdKit

/// `debug`: the worker in the foreground, its log on the console. Ctrl-C drains it.
enum DebugCommand {
    /// Becomes the worker: same process, same terminal.
    static func run(_ context: ServiceContext, _ arguments: [String]) async throws {
        try context.say("Debugging service \(ServiceNames.service) - press Ctrl+C to stop.")
        // Where there is no systemd, the worker runs with its defaults.
        let state = try? await context.withManager { manager in try await UnitState(manager) }
        if let state, !state.isStopped {
            throw ServiceError(.alreadyRunning, hint: "Stop it first: foqus-service stop.")
        }
        var command = [context.program, "run"]
        if let state, state.isKnown, !state.isMasked {
            command = UnitCommand.words(state.service) ?? command
            try adopt(state, context)
        }
        command += arguments
        for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "JOURNAL_STREAM", "INVOCATION_ID"] {
            unsetenv(name)
        }
        var words = command.map { strdup($0) } + [nil]
        execv(command[0], &words)
        throw ServiceError(
            .other("\(command[0]) cannot be run: \(String(cString: strerror(errno)))."),
            hint: "foqus-worker and foqus-service belong into the same folder.")
    }

    /// Takes the service's account, folders and variables, so that what is tried here is what will run.
    private static func adopt(_ state: UnitState, _ context: ServiceContext) throws {
        for (name, value) in state.environment { setenv(name, value, 1) }
        guard context.scope == .system, geteuid() == 0, let account = Account(state.text("User")) else { return }
        for name in state.service["StateDirectory"]?.stringsValue ?? [] {
            let path = Path.join("/var/lib", name)
            guard !File.exists(path) else { continue }
            do throws(FileError) { try Directory.create(path, mode: 0o750) } catch {
                throw ServiceError(error, context.scope)
            }
            chown(path, account.user, account.group)
        }
        try account.become()
    }
}
