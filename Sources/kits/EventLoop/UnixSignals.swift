import CPlatform
import Glibc

/// Unix signals as values instead of handlers.
public enum UnixSignals {
    /// Blocks `signals` in the calling thread and in all threads it starts later: call it first of all in main, or
    /// a thread that was started before takes the signal and its default action (mostly: the end).
    public static func block(_ signals: [CInt]) {
        var set = self.set(signals)
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// The blocked `signals` as they arrive (signalfd(2)). The kernel merges equal ones that come in quick succession.
    public static func stream(_ signals: [CInt], loop: EventLoop) -> AsyncStream<CInt> {
        var set = self.set(signals)
        let fd = signalfd(-1, &set, CInt(SFD_CLOEXEC) | CInt(SFD_NONBLOCK))
        precondition(fd >= 0, "signalfd: \(String(cString: strerror(errno)))")
        let (stream, continuation) = AsyncStream.makeStream(of: CInt.self)
        loop.execute {
            loop.watch(fd, events: .readable) { _ in
                var information = signalfd_siginfo()
                let size = MemoryLayout<signalfd_siginfo>.size
                while read(fd, &information, size) == size { continuation.yield(CInt(information.ssi_signo)) }
            }
        }
        continuation.onTermination = { _ in
            loop.execute {
                loop.unwatch(fd)
                close(fd)
            }
        }
        return stream
    }

    /// Makes a write to a closed pipe or socket fail with EPIPE instead of ending the process.
    public static func ignoreBrokenPipe() { signal(SIGPIPE, SIG_IGN) }

    private static func set(_ signals: [CInt]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }
}
