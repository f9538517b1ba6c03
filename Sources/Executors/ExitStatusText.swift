import Glibc
import ProcessKit

extension ExitStatus {
    /// Of a program whose monitor ended as a shell does: 128 and the number of a signal for that signal.
    var behindMonitor: ExitStatus {
        if case .exited(let code) = self, (129...192).contains(code) { .signaled(code - 128) } else { self }
    }

    /// `exit status 3`, `SIGSEGV (Segmentation fault)`.
    var explained: String {
        switch self {
        case .exited(let code): return "exit status \(code)"
        case .signaled(let number):
            let name = Self.names[number] ?? "signal \(number)"
            if number == SIGKILL { return "\(name) (killed from outside, or out of memory)" }
            return "\(name) (\(String(cString: strsignal(number))))"
        }
    }

    /// Of the signals that end programs; glibc 2.36 has sigabbrev_np, but not where Swift sees it.
    private static let names: [Int32: String] = [
        SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP",
        SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1",
        SIGSEGV: "SIGSEGV", SIGUSR2: "SIGUSR2", SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM",
        SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ", SIGSYS: "SIGSYS",
    ]
}
