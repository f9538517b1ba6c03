import CPlatform
import Glibc

/// Unix signals as values instead of handlers.
public enum UnixSignals {
    /// The `signals` as they arrive, from now on, whatever their action was before. One stream per signal at a time.
    ///
    /// A handler that writes to a pipe, and not signalfd(2): that would need the signals blocked in every thread, and
    /// the threads of Swift's runtime start before any code of ours can do that.
    public static func stream(_ signals: [CInt], loop: EventLoop) -> AsyncStream<CInt> {
        var ends: [CInt] = [-1, -1]
        let code = pipe(&ends)
        precondition(code == 0, "pipe: \(String(cString: strerror(errno)))")
        let (readEnd, writeEnd) = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        let (stream, continuation) = AsyncStream.makeStream(of: CInt.self)
        loop.execute {
            loop.watch(readEnd, events: .readable) { _ in
                var number: UInt8 = 0
                while read(readEnd, &number, 1) == 1 { continuation.yield(CInt(number)) }
            }
        }
        for number in signals {
            writeEnds[Int(number)] = writeEnd
            signal(number) { number in
                let saved = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(UnixSignals.writeEnds[Int(number)], &byte, 1)
                errno = saved
            }
        }
        continuation.onTermination = { _ in
            for number in signals { signal(number, SIG_DFL) }
            loop.execute {
                loop.unwatch(readEnd)
                close(readEnd)
                close(writeEnd)
            }
        }
        return stream
    }

    /// Makes a write to a closed pipe or socket fail with EPIPE instead of ending the process.
    public static func ignoreBrokenPipe() { signal(SIGPIPE, SIG_IGN) }

    /// By signal number: where its handler writes. Plain memory, since a handler may take no lock.
    nonisolated(unsafe) private static let writeEnds: UnsafeMutablePointer<CInt> = {
        let ends = UnsafeMutablePointer<CInt>.allocate(capacity: 65)
        ends.initialize(repeating: -1, count: 65)
        return ends
    }()
}
