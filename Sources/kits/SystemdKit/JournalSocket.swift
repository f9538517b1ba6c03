import EventLoop
import Glibc

/// The journal's socket, for entries that must not wait. Speaks the journal's native protocol
/// (https://systemd.io/JOURNAL_NATIVE_PROTOCOL), as libsystemd's own functions wait for room.
public final class JournalSocket: Sendable {
    /// Where journald listens.
    public static let standardPath = "/run/systemd/journal/socket"

    private let descriptor: CInt
    private let address: UnixAddress

    /// - Throws: when there is no journal.
    public init(path: String = JournalSocket.standardPath) throws(SystemdError) {
        guard let address = UnixAddress(path) else {
            throw SystemdError(code: ENAMETOOLONG, operation: "reach the journal by \(path)")
        }
        guard access(path, W_OK) == 0 else { throw SystemdError(code: errno, operation: "reach the journal") }
        let type = CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw SystemdError(code: errno, operation: "open a socket for the journal") }
        self.address = address
        // Room for bursts, as far as the system allows it.
        var room: CInt = 8 << 20
        setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &room, socklen_t(MemoryLayout<CInt>.size))
    }

    deinit { close(descriptor) }

    /// Sends an entry if the journal takes it now.
    ///
    /// - Returns: false when there is no room, or the entry is too large for a datagram: `Journal.send` waits, and passes
    ///   large ones as files.
    /// - Throws: when the journal is not there, or a field's name is not valid.
    public func trySend(_ fields: [(name: String, value: String)]) throws(SystemdError) -> Bool {
        try Journal.checkNames(of: fields)
        let message = Self.datagram(fields)
        while true {
            // By path each time: the journal may have been started anew.
            let sent = address.withPointer { pointer, length in
                sendto(descriptor, message, message.count, CInt(MSG_NOSIGNAL), pointer, length)
            }
            if sent >= 0 { return true }
            switch errno {
            case EINTR: continue
            case EAGAIN, ENOBUFS, EMSGSIZE: return false
            default: throw SystemdError(code: errno, operation: "send an entry to the journal")
            }
        }
    }

    /// `NAME=value` on a line, or, where the value has lines, `NAME`, its length in 8 bytes, little endian, and the value.
    static func datagram(_ fields: [(name: String, value: String)]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 10 })
        let newline = UInt8(ascii: "\n")
        for (name, value) in fields {
            bytes.append(contentsOf: name.utf8)
            if value.utf8.contains(newline) {
                bytes.append(newline)
                withUnsafeBytes(of: UInt64(value.utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
            } else {
                bytes.append(UInt8(ascii: "="))
            }
            bytes.append(contentsOf: value.utf8)
            bytes.append(newline)
        }
        return bytes
    }
}
