public import ProcessKit

/// Runs programs by bwrap(1), in namespaces of their own: the system is read-only, `/tmp` is empty and private, what is not
/// theirs is not there, and there may be no network. It takes no privilege.
///
/// There is no namespace for processes: a new /proc may not be mounted where a service manager has hidden parts of the
/// machine's.
public struct Sandbox: Sendable {
    /// Where bwrap is.
    let program: String
    /// Folders that are empty in it, but for what a job is given of them.
    let hidden: [String]

    /// - Parameters:
    ///   - program: the path of bwrap.
    ///   - hidden: folders of which a job sees nothing but its own. Absolute.
    public init(program: String = "/usr/bin/bwrap", hidden: [String]) {
        self.program = program
        self.hidden = hidden
    }

    /// What a job may see of the folders that are hidden.
    struct Share: Sendable {
        var readable: [String] = []
        var writable: [String] = []
    }

    /// The same command within the sandbox.
    /// - Throws: when the program cannot be found, which bwrap would tell as the program's own failure.
    func wrapping(_ command: Command, _ share: Share, hasNetwork: Bool) throws(SpawnError) -> Command {
        var wrapped = command
        wrapped.path = program
        wrapped.arguments = arguments(share, hasNetwork: hasNetwork)
        if let directory = command.directory { wrapped.arguments += ["--chdir", directory] }
        wrapped.arguments += ["--", try command.foundProgram()] + command.arguments
        return wrapped
    }

    private func arguments(_ share: Share, hasNetwork: Bool) -> [String] {
        var arguments = ["--ro-bind", "/", "/", "--dev-bind", "/dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/var/tmp"]
        for folder in hidden { arguments += ["--tmpfs", folder] }
        for folder in share.readable { arguments += ["--ro-bind", folder, folder] }
        for folder in share.writable { arguments += ["--bind", folder, folder] }
        // What is hidden must not be made again either.
        for folder in hidden { arguments += ["--remount-ro", folder] }
        if !hasNetwork { arguments.append("--unshare-net") }
        return arguments + ["--die-with-parent"]
    }

    /// Tries a sandbox without a job. Returns why there can be none; nil when it works.
    public func obstacle(_ supervisor: ProcessSupervisor) async -> String? {
        var command = Command("/bin/true", environment: ["PATH": "/usr/bin:/bin"])
        command.stderr = .capture(limit: 1000)
        do throws(SpawnError) {
            let result = try await supervisor.run(try wrapping(command, Share(), hasNetwork: false))
            if result.status.isSuccess { return nil }
            let text = LogText.tail(result.stderr.bytes)
            return text.isEmpty ? "\(program) ended with \(result.status.explained)" : text
        } catch {
            return error.description
        }
    }
}
