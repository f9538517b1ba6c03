import Glibc
import Threading

/// Writes each entry as one line to a file descriptor, by one write(2), so that lines of several processes do not mix.
///
/// A descriptor that nobody reads any more is no reason to stop the program: the line is lost. The program is expected to
/// ignore SIGPIPE.
public final class StreamSink: LogSink {
    public let format: LogFormat
    private let descriptor: CInt
    /// Held during a write: should the kernel take only a part of a line, the rest follows before any other line.
    private let turn = Locked(())

    /// - Parameter descriptor: stays the caller's, and open as long as the sink is used.
    public init(descriptor: CInt, format: LogFormat) {
        self.descriptor = descriptor
        self.format = format
    }

    /// Standard error; without `format`, with priority prefixes when the journal reads it, else as plain text.
    public static func standardError(format: LogFormat? = nil) -> StreamSink {
        StreamSink(descriptor: STDERR_FILENO, format: format ?? automaticFormat(STDERR_FILENO))
    }

    public var wantsContext: Bool { format == .json }

    public func write(_ entry: LogEntry) {
        var line = format.line(entry)
        line.withUTF8 { bytes in
            turn.withLock { _ in Self.writeWhole(UnsafeRawBufferPointer(bytes), to: descriptor) }
        }
    }

    /// `.journal` when `descriptor` is the very stream that systemd connected to the journal, as `JOURNAL_STREAM` tells
    /// (systemd.exec(5)): the variable is inherited by children whose stderr goes elsewhere.
    static func automaticFormat(_ descriptor: CInt) -> LogFormat {
        guard let stream = getenv("JOURNAL_STREAM") else { return .plain }
        return isJournalStream(String(cString: stream), descriptor) ? .journal : .plain
    }

    /// - Parameter identity: `DEVICE:INODE`, both decimal.
    static func isJournalStream(_ identity: String, _ descriptor: CInt) -> Bool {
        let parts = identity.split(separator: ":", omittingEmptySubsequences: false)
        var status = stat()
        guard parts.count == 2, fstat(descriptor, &status) == 0 else { return false }
        return UInt64(parts[0]) == UInt64(status.st_dev) && UInt64(parts[1]) == UInt64(status.st_ino)
    }

    private static func writeWhole(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count > 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } else if errno == EAGAIN {
                // Standard error is shared with whoever made it non-blocking; wait for room.
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
            } else if errno != EINTR {
                return
            }
        }
    }
}
