/// A program that was started. It goes on when this is dropped, with its pipes closed on our side.
public final class RunningProcess: Sendable {
    /// The process, its group and its session until `wait` returns; later another process may have the number.
    public let pid: Int32

    let id: UInt64
    private let command: Command
    /// Where it waits to begin; nil when it never had to.
    private let gate: Gate?
    private let supervisor: ProcessSupervisor
    private let completion: Completion<ProcessResult>
    private let pipes: Pipes

    struct Pipes {
        var input: ProcessInput?
        var lines: LineReader?
        var errorLines: LineReader?
    }

    init(
        pid: Int32, id: UInt64, command: Command, gate: Gate?, supervisor: ProcessSupervisor,
        completion: Completion<ProcessResult>,
        pipes: Pipes
    ) {
        self.pid = pid
        self.id = id
        self.command = command
        self.gate = gate
        self.supervisor = supervisor
        self.completion = completion
        self.pipes = pipes
    }

    /// Lets a program begin that is held (`Command.isHeld`). Throws when it cannot be executed; its end follows then.
    public func release() async throws(SpawnError) {
        guard let gate else { return }
        try await supervisor.letThrough(gate, program: command.path, directory: command.directory)
    }

    /// Notes the control group that this process was put into for itself: all in it is killed with the program, and its
    /// incidents are part of the result.
    public func belongs(to group: ControlGroup) async { await supervisor.note(group, of: id) }

    /// What has happened in the control group; nil without one, or when it is gone.
    public func incidents() async -> ControlGroup.Incidents? { await supervisor.incidents(of: id) }

    /// Suspends until the program and all its descendants are gone. Any number of tasks may wait; cancelling one does
    /// not end its wait.
    public func result() async -> ProcessResult { await completion.value() }

    /// The status alone of `result`.
    public func wait() async -> ExitStatus { await completion.value().status }

    /// Sends SIGTERM to the group, and SIGKILL to all that is left of program and descendants after `grace`.
    /// - Returns: the status, once all are gone.
    @discardableResult
    public func stop(grace: Duration) async -> ExitStatus {
        await supervisor.stop(id, grace: grace)
        return await wait()
    }

    /// Kills the program and all its descendants.
    @discardableResult
    public func kill() async -> ExitStatus {
        await supervisor.kill(id)
        return await wait()
    }

    /// Traps unless the command's `stdin` is `.pipe`.
    public var input: ProcessInput {
        guard let input = pipes.input else { preconditionFailure("stdin of process \(pid) is no pipe") }
        return input
    }

    /// The lines of standard output. Traps unless the command's `stdout` is `.pipe`.
    public var lines: LineReader {
        guard let lines = pipes.lines else { preconditionFailure("stdout of process \(pid) is no pipe") }
        return lines
    }

    /// The lines of standard error. Traps unless the command's `stderr` is `.pipe`.
    public var errorLines: LineReader {
        guard let lines = pipes.errorLines else { preconditionFailure("stderr of process \(pid) is no pipe") }
        return lines
    }
}
