import Configuration
import Glibc

/// Connections on this machine that give up in time.
enum LocalSocket {
    /// Connects. Blocks.
    /// - Parameter seconds: the most that connecting, sending and receiving take each.
    /// - Returns: a descriptor, which is the caller's, or -1 with a reason in `errno`.
    static func connect(_ place: MetricsSettings.Listen, seconds: Int) -> CInt {
        switch place {
        case .off:
            errno = ENOTCONN
            return -1
        case .unix(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let name = Array(path.utf8)
            guard name.count < MemoryLayout.size(ofValue: address.sun_path) else {
                errno = ENAMETOOLONG
                return -1
            }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
            return connect(AF_UNIX, &address, MemoryLayout<sockaddr_un>.size, seconds)
        case .tcp(let text, let port) where text.contains(":"):
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            inet_pton(AF_INET6, text, &address.sin6_addr)
            return connect(AF_INET6, &address, MemoryLayout<sockaddr_in6>.size, seconds)
        case .tcp(let text, let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            inet_pton(AF_INET, text, &address.sin_addr)
            return connect(AF_INET, &address, MemoryLayout<sockaddr_in>.size, seconds)
        }
    }

    private static func connect(_ family: CInt, _ address: UnsafeRawPointer, _ size: Int, _ seconds: Int) -> CInt {
        let descriptor = socket(family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return -1 }
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        if Glibc.connect(descriptor, address.assumingMemoryBound(to: sockaddr.self), socklen_t(size)) == 0 {
            return descriptor
        }
        let code = errno
        close(descriptor)
        errno = code
        return -1
    }
}
