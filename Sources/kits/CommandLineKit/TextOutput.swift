import Glibc
import Threading

/// Why text could not be written.
public enum OutputError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The reader has gone, as `head` does when it has seen enough.
    case closed
    /// The system refused, with this `errno`.
    case failed(CInt)

    public var description: String {
        switch self {
        case .closed: "the output was closed by its reader"
        case .failed(let code): "cannot write the output: \(String(cString: strerror(code)))"
        }
    }
}

/// Where a program writes text: a descriptor, unbuffered, or memory.
///
/// Every call reaches the reader before it returns, so output is never lost or late when piped. The program is expected to
/// ignore SIGPIPE, as `Program.main` does.
public final class TextOutput: Sendable {
    private enum Target: Sendable {
        case descriptor(CInt)
        case memory
    }

    public static let standardOutput = TextOutput(descriptor: STDOUT_FILENO)
    public static let standardError = TextOutput(descriptor: STDERR_FILENO)

    private let target: Target
    /// What was written to memory; for a descriptor, held so that calls do not mix.
    private let written = Locked("")

    /// - Parameter descriptor: stays the caller's.
    public init(descriptor: CInt) { target = .descriptor(descriptor) }

    /// Keeps what is written, for tests; see `text`.
    public init() { target = .memory }

    /// What was written to memory so far.
    public var text: String { written.withLock { $0 } }

    public func line(_ text: String) throws(OutputError) { try write(text + "\n") }

    public func write(_ text: String) throws(OutputError) {
        try written.withLock { memory throws(OutputError) in
            switch target {
            case .memory: memory += text
            case .descriptor(let descriptor): try Self.write(Array(text.utf8), to: descriptor)
            }
        }
    }

    private static func write(_ bytes: [UInt8], to descriptor: CInt) throws(OutputError) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + sent, bytes.count - sent) }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
            } else if errno == EPIPE {
                throw .closed
            } else if errno != EINTR {
                throw .failed(errno)
            }
        }
    }
}
