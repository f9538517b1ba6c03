import CPlatform
import EventLoop
import Glibc

/// What the supervisor knows of one program it started.
final class Child {
    let id: UInt64
    let pid: pid_t
    let pidfd: CInt
    let completion = Completion<ProcessResult>()
    /// The value of `Command.cookieVariable`.
    let cookie: String?
    let stdout: OutputDrain?
    let stderr: OutputDrain?

    // Weak: a pipe is closed when its user lets go of it.
    weak var input: ProcessInput?
    weak var lines: LineReader?
    weak var errorLines: LineReader?

    /// The program has ended. It stays a zombie, and so keeps its number, until its descendants are gone.
    var hasEnded = false
    var ending = Ending.none
    /// Descendants seen in the tree before anything was killed: how those are known later that have left the session
    /// and cleared their environment.
    var descendants: Set<pid_t> = []
    /// Whether it ever left an orphan.
    var hadOrphans = false
    var timers: [TimerID] = []
    /// The group it was put into, with all that it starts.
    var group: ControlGroup?
    /// What had happened in the group when the program ended; nil when that cannot be known.
    var incidents: ControlGroup.Incidents?

    enum Ending {
        case none
        /// SIGTERM was sent; all may take their time.
        case graceful
        case forced
    }

    init(id: UInt64, pid: pid_t, pidfd: CInt, cookie: String?, stdout: OutputDrain?, stderr: OutputDrain?) {
        self.id = id
        self.pid = pid
        self.pidfd = pidfd
        self.cookie = cookie
        self.stdout = stdout
        self.stderr = stderr
    }
}
