import CPlatform
import Glibc

/// What is left of the programs of a supervisor that was killed.
///
/// The kernel kills the programs themselves with it (`Command.diesWithParent`), but not what they started. That is still
/// known by the cookie in its environment.
public enum StrayProcesses {
    /// Kills every process with a cookie that is `ours`, and returns when they are gone. Blocks.
    ///
    /// Never call it while a supervisor of this process runs programs with such cookies.
    /// - Returns: how many there were.
    @discardableResult
    public static func kill(where ours: (_ cookie: String) -> Bool) -> Int {
        var killed = 0
        var beyondUs: Set<pid_t> = []
        // Again while there are any: one may have started another after it was passed by.
        while true {
            let found = processes().filter { pid in !beyondUs.contains(pid) && hasCookie(pid, ours) }
            if found.isEmpty { return killed }
            for pid in found {
                if kill(pid, ours) { killed += 1 } else { beyondUs.insert(pid) }
            }
        }
    }

    /// False if the process cannot be killed.
    private static func kill(_ pid: pid_t, _ ours: (String) -> Bool) -> Bool {
        let descriptor = cp_pidfd_open(pid)
        guard descriptor >= 0 else { return errno == ESRCH }
        defer { close(descriptor) }
        // Only what the descriptor stands for is killed, but it may stand for a newer process with the same number.
        guard hasCookie(pid, ours) else { return true }
        guard cp_pidfd_signal(descriptor, SIGKILL) == 0 else { return errno == ESRCH }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        // Long for a process, short for somebody who waits for a start: the kernel ends it when its device answers.
        return poll(&waiting, 1, 5000) == 1
    }

    private static func hasCookie(_ pid: pid_t, _ ours: (String) -> Bool) -> Bool {
        guard case .value(let cookie) = ProcFS.variable(Command.cookieVariable, of: pid) else { return false }
        return ours(cookie)
    }

    private static func processes() -> [pid_t] {
        guard let directory = opendir("/proc") else { return [] }
        defer { closedir(directory) }
        let own = getpid()
        var found: [pid_t] = []
        while let entry = readdir(directory) {
            let pid = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { pid_t(atol($0)) }
            }
            if pid > 0, pid != own { found.append(pid) }
        }
        return found
    }
}
