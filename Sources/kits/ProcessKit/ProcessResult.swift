import CPlatform

/// How a program ended.
public enum ExitStatus: Sendable, Hashable, CustomStringConvertible {
    case exited(Int32)
    case signaled(Int32)

    public var isSuccess: Bool { self == .exited(0) }

    public var description: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signaled(let number): "signal \(number)"
        }
    }
}

/// What a program used, together with those of its descendants that it waited for.
public struct ResourceUsage: Sendable, Hashable {
    /// CPU time in microseconds.
    public let userMicroseconds: Int64
    public let systemMicroseconds: Int64
    /// The largest resident set of one process, in KiB.
    public let maxResidentKiB: Int64
}

/// What became of an output that went through the parent (`Output.capture`, `Output.file` with a limit).
public struct CapturedOutput: Sendable, Hashable {
    /// All of it, or as much as the limit allows of its beginning and its end, half of each. Empty when it went to a
    /// file.
    public internal(set) var bytes: [UInt8] = []
    /// Where in `bytes` something is left out; nil when nothing is.
    public internal(set) var gap: Int?
    /// All the program wrote, in bytes, whether kept or not.
    public internal(set) var total = 0
    /// Whether something was thrown away.
    public internal(set) var isTruncated = false
    /// The errno of the first failed write to the file; what came after it is lost.
    public internal(set) var writeError: Int32?

    init() {}
}

/// The end of a program, with all its descendants.
public struct ProcessResult: Sendable, Hashable {
    public let status: ExitStatus
    public let usage: ResourceUsage
    public let stdout: CapturedOutput
    public let stderr: CapturedOutput
    /// The control group that the program was put into; nil when it shared its parent's.
    public let group: ControlGroup?
    /// What had happened in the group when the program ended; nil without one, or when it was gone already.
    public let incidents: ControlGroup.Incidents?

    init(
        _ exit: cp_exit, stdout: CapturedOutput, stderr: CapturedOutput, group: ControlGroup?,
        incidents: ControlGroup.Incidents?
    ) {
        self.group = group
        self.incidents = incidents
        status = exit.signaled ? .signaled(exit.code) : .exited(exit.code)
        usage = ResourceUsage(
            userMicroseconds: exit.user_us, systemMicroseconds: exit.system_us, maxResidentKiB: exit.max_resident_kib)
        self.stdout = stdout
        self.stderr = stderr
    }
}
