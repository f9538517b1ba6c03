import CPlatform
import Glibc

/// Stream sockets of this machine (unix(7)).
public enum LocalSocket {
    /// Who has connected, at that time.
    public struct Peer: Sendable, Hashable {
        public let process: Int32
        public let user: UInt32
    }

    /// Connects to the socket at a path.
    /// - Returns: a descriptor that is the caller's to close.
    /// - Throws: `LocalSocketError` when nobody listens there, or this user may not connect.
    public static func connect(to path: String) throws(LocalSocketError) -> CInt {
        guard let address = UnixAddress(path) else { throw LocalSocketError(path: path, code: ENAMETOOLONG) }
        let fd = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard fd >= 0 else { throw LocalSocketError(path: path, code: errno) }
        let code = address.withPointer { Glibc.connect(fd, $0, $1) }
        guard code == 0 else {
            let reason = errno
            close(fd)
            throw LocalSocketError(path: path, code: reason)
        }
        return fd
    }

    /// Calls `handler` on the loop with each connection to a listening socket, from now on. The descriptor is the handler's
    /// to close.
    public static func accept(
        on listening: CInt, loop: EventLoop, handler: @escaping @Sendable (_ connection: CInt, _ peer: Peer) -> Void
    ) {
        _ = fcntl(listening, F_SETFL, fcntl(listening, F_GETFL) | O_NONBLOCK)
        loop.execute {
            loop.watch(listening, events: .readable) { _ in
                while true {
                    let connection = cp_accept(listening)
                    guard connection >= 0 else { return }
                    var process: pid_t = 0
                    var user: uid_t = 0
                    guard cp_peer(connection, &process, &user) == 0 else {
                        close(connection)
                        continue
                    }
                    handler(connection, Peer(process: process, user: user))
                }
            }
        }
    }
}

/// A socket of this machine that cannot be connected to.
public struct LocalSocketError: Error, Sendable, Hashable, CustomStringConvertible {
    public let path: String
    /// The errno.
    public let code: CInt

    public var description: String { "cannot connect to \(path): \(String(cString: strerror(code)))" }
}
