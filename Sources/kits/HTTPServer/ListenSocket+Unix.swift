import EventLoop
import Glibc

extension ListenSocket {
    /// Listens on a path that belongs to nobody, or to a server that has ended without taking it away.
    init(unixPath path: String) throws(HTTPServerError) {
        guard let address = UnixAddress(path) else { throw .cannotListen(path, errno: ENAMETOOLONG) }
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw .cannotListen(path, errno: errno) }

        var failure = Self.call(bind, descriptor, address)
        if failure == EADDRINUSE, Self.isSocket(path), Self.isAbandoned(address) {
            unlink(path)
            failure = Self.call(bind, descriptor, address)
        }
        if failure == 0 {
            chmod(path, 0o660)
            failure = listen(descriptor, SOMAXCONN) == 0 ? 0 : errno
        }
        guard failure == 0 else {
            close(descriptor)
            throw .cannotListen(path, errno: failure)
        }
        self.init(descriptor: descriptor, boundTo: path)
    }

    /// Connecting to another kind of file is refused as well.
    private static func isSocket(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }

    /// Whether there is a socket at which nobody listens.
    private static func isAbandoned(_ address: UnixAddress) -> Bool {
        let probe = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard probe >= 0 else { return false }
        defer { close(probe) }
        return call(connect, probe, address) == ECONNREFUSED
    }

    /// - Returns: an `errno`, 0 for success.
    private static func call(
        _ function: (CInt, UnsafePointer<sockaddr>?, socklen_t) -> CInt, _ descriptor: CInt, _ address: UnixAddress
    ) -> CInt {
        address.withPointer { function(descriptor, $0, $1) == 0 ? 0 : errno }
    }
}
