import Glibc

/// A bound, listening socket, TCP or Unix: one that was made by somebody else, or one made here rather than by
/// libmicrohttpd, which does not tell which call failed and why.
struct ListenSocket {
    let descriptor: CInt
    let port: UInt16
    let isIPv6: Bool
    /// Somebody else listens on it too, before and after us.
    let isBorrowed: Bool
    /// `127.0.0.1:8080`, `[::1]:8080`, or a path.
    let place: String
    /// Of a Unix socket: who closes it takes it away.
    let unixPath: String?

    init(_ options: HTTPServer.Options) throws(HTTPServerError) {
        if let descriptor = options.listening {
            try self.init(borrowing: descriptor)
        } else if let path = options.unixPath {
            try self.init(unixPath: path)
        } else {
            try self.init(address: options.address, port: options.port)
        }
    }

    private init(borrowing descriptor: CInt) throws(HTTPServerError) {
        var storage = sockaddr_storage()
        var listens: CInt = 0
        let code: CInt = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
                guard getsockname(descriptor, address, &length) == 0 else { return errno }
                length = socklen_t(MemoryLayout<CInt>.size)
                return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) == 0 ? 0 : errno
            }
        }
        let families = [sa_family_t(AF_INET), sa_family_t(AF_INET6)]
        guard code == 0, listens == 1, families.contains(storage.ss_family) else {
            throw .cannotListen("the socket that was passed", errno: code == 0 ? EINVAL : code)
        }
        // libmicrohttpd takes connections until there are none.
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        self.descriptor = descriptor
        isBorrowed = true
        unixPath = nil
        isIPv6 = storage.ss_family == sa_family_t(AF_INET6)
        port = Self.port(storage)
        let address = withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { String(numericAddress: $0) }
        }
        place = isIPv6 && address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    }

    private init(address: String, port: UInt16) throws(HTTPServerError) {
        isBorrowed = false
        unixPath = nil
        isIPv6 = address.contains(":")
        let place = isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
        guard var storage = Self.socketAddress(address, port) else { throw .invalidAddress(address) }
        let length = Self.length(storage)

        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(CInt(storage.ss_family), type, 0)
        guard descriptor >= 0 else { throw .cannotListen(place, errno: errno) }
        // Allows a restart while connections of the last run linger in TIME_WAIT; two servers still exclude each other.
        var on: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        let failure: CInt? = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                var actualLength = length
                let succeeded =
                    bind(descriptor, address, length) == 0 && listen(descriptor, SOMAXCONN) == 0
                    && getsockname(descriptor, address, &actualLength) == 0
                return succeeded ? nil : errno
            }
        }
        if let failure {
            close(descriptor)
            throw .cannotListen(place, errno: failure)
        }
        self.descriptor = descriptor
        self.port = Self.port(storage)
        self.place = isIPv6 ? "[\(address)]:\(self.port)" : "\(address):\(self.port)"
    }

    /// Our own, bound to a path.
    init(descriptor: CInt, boundTo path: String) {
        self.descriptor = descriptor
        port = 0
        isIPv6 = false
        isBorrowed = false
        place = path
        unixPath = path
    }

    private static func length(_ storage: sockaddr_storage) -> socklen_t {
        storage.ss_family == sa_family_t(AF_INET6)
            ? socklen_t(MemoryLayout<sockaddr_in6>.size) : socklen_t(MemoryLayout<sockaddr_in>.size)
    }

    private static func socketAddress(_ address: String, _ port: UInt16) -> sockaddr_storage? {
        var storage = sockaddr_storage()
        let accepted = withUnsafeMutableBytes(of: &storage) { bytes in
            if address.contains(":") {
                let pointer = bytes.baseAddress!.assumingMemoryBound(to: sockaddr_in6.self)
                pointer.pointee.sin6_family = sa_family_t(AF_INET6)
                pointer.pointee.sin6_port = port.bigEndian
                return inet_pton(AF_INET6, address, &pointer.pointee.sin6_addr) == 1
            }
            let pointer = bytes.baseAddress!.assumingMemoryBound(to: sockaddr_in.self)
            pointer.pointee.sin_family = sa_family_t(AF_INET)
            pointer.pointee.sin_port = port.bigEndian
            return inet_pton(AF_INET, address, &pointer.pointee.sin_addr) == 1
        }
        return accepted ? storage : nil
    }

    private static func port(_ storage: sockaddr_storage) -> UInt16 {
        withUnsafeBytes(of: storage) { bytes in
            let port =
                storage.ss_family == sa_family_t(AF_INET6)
                ? bytes.load(as: sockaddr_in6.self).sin6_port : bytes.load(as: sockaddr_in.self).sin_port
            return UInt16(bigEndian: port)
        }
    }
}

extension String {
    /// The numeric address without port, empty for a Unix socket; of IPv4 in IPv6's clothes (`::ffff:127.0.0.1`), the IPv4 address.
    init(numericAddress address: UnsafePointer<sockaddr>) {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let raw = UnsafeRawPointer(address)
        guard address.pointee.sa_family != sa_family_t(AF_UNIX) else {
            self = ""
            return
        }
        if address.pointee.sa_family == sa_family_t(AF_INET6) {
            var bytes = raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            inet_ntop(AF_INET6, &bytes, &text, socklen_t(text.count))
        } else {
            var bytes = raw.loadUnaligned(as: sockaddr_in.self).sin_addr
            inet_ntop(AF_INET, &bytes, &text, socklen_t(text.count))
        }
        let shown = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let mapped = "::ffff:"
        self = shown.hasPrefix(mapped) && shown.contains(".") ? String(shown.dropFirst(mapped.count)) : shown
    }
}
