import CPlatform
public import EventLoop
import Glibc

/// Starts programs and sees to it that nothing is left of them: no descendant, no zombie, no descriptor.
///
/// The whole tree of a program ends with it. Descendants that have left the group are adopted by this process (it
/// becomes a child subreaper) and known by their session, by the cookie in their environment, or by having been seen in
/// the tree when it was stopped. Only a process that left the session, cleared its environment and lost its parent
/// before the program was stopped escapes; a cgroup is the remedy for that.
///
/// All children of this program's main thread must be started by a supervisor: it reaps what it finds there. Give it an
/// event loop that can bear short waits for the disk, as starting a program reads it. When the loop stops, the programs
/// started with `diesWithParent` are killed.
public actor ProcessSupervisor {
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    nonisolated let loop: EventLoop
    var children: [UInt64: Child] = [:]
    var orphans = OrphanList()
    var hasLookPlanned = false
    var isPatrolling = false
    private var lastID: UInt64 = 0
    private var nullFD: CInt = -1
    // Nobody else knows of it when the supervisor goes.
    private nonisolated(unsafe) let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

    public init(loop: EventLoop) {
        self.loop = loop
        let code = cp_adopt_orphans()
        precondition(code == 0, "PR_SET_CHILD_SUBREAPER: \(code)")
        UnixSignals.ignoreBrokenPipe()
        // A parent that ignores SIGCHLD hands that down, and the kernel would reap behind our back.
        signal(SIGCHLD, SIG_DFL)
    }

    deinit {
        if nullFD >= 0 { close(nullFD) }
        orphans.closeAll()
        buffer.deallocate()
    }

    /// Starts a program. It runs when this returns: a program that cannot be executed is an error here.
    public func spawn(_ command: Command) throws(SpawnError) -> RunningProcess {
        var arguments = CStringArray()
        arguments.append(command.path)
        for argument in command.arguments { arguments.append(argument) }
        var environment = CStringArray()
        for (name, value) in command.environment where command.cookie == nil || name != Command.cookieVariable {
            environment.appendVariable(name, value)
        }
        if let cookie = command.cookie { environment.appendVariable(Command.cookieVariable, cookie) }
        guard arguments.isValid, environment.isValid, command.directory?.utf8.contains(0) != true else {
            throw SpawnError(.arguments, command.path, EINVAL)
        }
        let program = try ProgramLookup.resolve(command.path, path: command.environment["PATH"])
        var plumbing = try Plumbing(command, null: try null(for: command))
        do throws(SpawnError) {
            let gate = command.isHeld ? try Gate(for: program) : nil
            let (pid, pidfd) = try start(program, arguments, environment, command, plumbing, gate)
            plumbing.closeChildEnds()
            gate?.closeChildEnds()
            return adopt(pid, pidfd, command, plumbing, gate)
        } catch {
            plumbing.closeAll()
            throw error
        }
    }

    /// Runs a program to its end. When the task is cancelled the program is stopped, with `stopGrace` between SIGTERM
    /// and SIGKILL.
    public func run(_ command: Command, stopGrace: Duration = .zero) async throws(SpawnError) -> ProcessResult {
        let process = try spawn(command)
        return await withTaskCancellationHandler {
            await process.result()
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.stop(process.id, grace: stopGrace) } }
        }
    }

    /// Stops all programs at once, as `RunningProcess.stop` does, and returns when they are gone.
    public func stopAll(grace: Duration) async {
        let completions = children.values.map(\.completion)
        for id in children.keys { stop(id, grace: grace) }
        for completion in completions { _ = await completion.value() }
    }

    // MARK: starting

    private func null(for command: Command) throws(SpawnError) -> CInt {
        if nullFD < 0 { nullFD = open("/dev/null", O_RDWR | O_CLOEXEC) }
        guard nullFD >= 0 else { throw SpawnError(.descriptors, command.path, errno) }
        return nullFD
    }

    private func start(
        _ program: String, _ arguments: CStringArray, _ environment: CStringArray, _ command: Command,
        _ plumbing: Plumbing, _ gate: Gate?
    ) throws(SpawnError) -> (pid: pid_t, pidfd: CInt) {
        var pid: pid_t = 0
        var pidfd: CInt = -1
        var step = CP_SPAWN_CLONE
        let fds = plumbing.childFDs
        let code = arguments.withPointers { argv in
            environment.withPointers { envp in
                program.withCString { path in
                    withOptionalCString(command.directory) { directory in
                        command.limits.settings.withUnsafeBufferPointer { limits in
                            var spec = cp_spawn(
                                path: path, argv: argv, envp: envp, directory: directory,
                                fds: (fds.stdin, fds.stdout, fds.stderr), limits: limits.baseAddress,
                                limit_count: limits.count, death_signal: command.diesWithParent ? SIGKILL : 0,
                                gate: gate?.childGate ?? -1, report: gate?.childReport ?? -1)
                            return cp_spawn(&spec, &pid, &pidfd, &step)
                        }
                    }
                }
            }
        }
        guard code != 0 else { return (pid, pidfd) }
        throw SpawnError(step, code, program: program, directory: command.directory)
    }

    // MARK: programs that are held

    /// See `RunningProcess.release`.
    func letThrough(_ gate: Gate, program: String, directory: String?) throws(SpawnError) {
        guard let failure = gate.open() else { return }
        throw SpawnError(failure.step, failure.code, program: program, directory: directory)
    }

    /// See `RunningProcess.belongs`.
    func note(_ group: ControlGroup, of id: UInt64) { children[id]?.group = group }

    /// See `RunningProcess.incidents`.
    func incidents(of id: UInt64) -> ControlGroup.Incidents? {
        guard let child = children[id] else { return nil }
        return child.hasEnded ? child.incidents : child.group?.incidents()
    }

    private func withOptionalCString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
        guard let text else { return body(nil) }
        return text.withCString(body)
    }

    private func adopt(
        _ pid: pid_t, _ pidfd: CInt, _ command: Command, _ plumbing: Plumbing, _ gate: Gate?
    ) -> RunningProcess {
        lastID += 1
        let id = lastID
        var pipes = RunningProcess.Pipes()
        pipes.input = plumbing.input.map { ProcessInput(fd: $0, loop: loop) }
        func reader(_ end: Plumbing.Reader?) -> LineReader? {
            guard case .lines(let fd) = end else { return nil }
            return LineReader(fd: fd, lineLimit: command.lineLimit, loop: loop)
        }
        func drain(_ end: Plumbing.Reader?) -> OutputDrain? {
            guard case .drain(let drain) = end else { return nil }
            return drain
        }
        pipes.lines = reader(plumbing.output)
        pipes.errorLines = reader(plumbing.errors)
        let child = Child(
            id: id, pid: pid, pidfd: pidfd, cookie: command.cookie, stdout: drain(plumbing.output),
            stderr: drain(plumbing.errors))
        child.input = pipes.input
        child.lines = pipes.lines
        child.errorLines = pipes.errorLines
        children[id] = child
        loop.watch(pidfd, events: .readable) { _ in self.assumeIsolated { $0.programEnded(id) } }
        for drain in [child.stdout, child.stderr] { watchOutput(drain, of: id) }
        patrol()
        return RunningProcess(
            pid: pid, id: id, command: command, gate: gate, supervisor: self, completion: child.completion, pipes: pipes
        )
    }

    // MARK: output

    private func watchOutput(_ drain: OutputDrain?, of id: UInt64) {
        guard let fd = drain?.fd else { return }
        loop.watch(fd, events: .readable) { _ in self.assumeIsolated { $0.drain(fd, of: id) } }
    }

    private func drain(_ fd: CInt, of id: UInt64) {
        guard let child = children[id], let drain = [child.stdout, child.stderr].first(where: { $0?.fd == fd }) ?? nil
        else { return }
        drain.drain(using: buffer)
        // The end stays readable for ever.
        if drain.hasEnded { loop.unwatch(fd) }
    }

    private func finish(_ drain: OutputDrain?) -> CapturedOutput {
        guard let drain else { return CapturedOutput() }
        loop.unwatch(drain.fd)
        return drain.finish(using: buffer)
    }

    // MARK: the end

    /// Reaps the program once its descendants are gone, and tells who waits.
    func finish(_ child: Child) {
        var exit = cp_exit()
        let code = cp_reap_pidfd(child.pidfd, &exit)
        precondition(code == 1, "process \(child.pid) was reaped by somebody else")
        close(child.pidfd)
        children[child.id] = nil
        // What only the group knows of, after a stop with grace too.
        child.group?.kill()
        for timer in child.timers { loop.cancelTimer(timer) }
        child.input?.processEnded()
        child.lines?.processEnded()
        child.errorLines?.processEnded()
        child.completion.complete(
            ProcessResult(
                exit, stdout: finish(child.stdout), stderr: finish(child.stderr), group: child.group,
                incidents: child.incidents))
    }
}
