public import EventLoop
import Glibc

/// A stream socket over which both sides send lines.
public struct LineConnection: Sendable {
    /// What the other side sends. Ends with it.
    public let lines: LineReader
    /// What we send; its close ends the connection's other half.
    public let output: ProcessInput

    /// Takes over a connected socket. Nil when there is no descriptor left for its second half.
    public init?(socket fd: CInt, lineLimit: Int = 64 << 10, loop: EventLoop) {
        _ = fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK)
        // An event loop watches a descriptor for one purpose at a time.
        let writing = fcntl(fd, F_DUPFD_CLOEXEC, 3)
        guard writing >= 0 else {
            close(fd)
            return nil
        }
        lines = LineReader(fd: fd, lineLimit: lineLimit, loop: loop)
        output = ProcessInput(fd: writing, loop: loop)
    }

    /// Sends a line, whose newline is added.
    public func send(_ line: [UInt8]) async throws(PipeError) { try await output.write(line + [UInt8(ascii: "\n")]) }
}
