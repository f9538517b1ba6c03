import Glibc
import TestSupport
import Threading

/// A TCP connection that sends exactly the bytes it is told to, so that tests can be rude.
///
/// Its calls block and run on a pool.
final class RawClient: Sendable {
    private static let pool = BlockingPool(name: "raw-client", limit: 32)
    private let descriptor: CInt

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw TestSupportError("connect: \(reason)")
        }
    }

    init(unixPath path: String) throws {
        descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw TestSupportError("connect to \(path): \(reason)")
        }
    }

    deinit { close(descriptor) }

    /// One request on a connection of its own, until the server closes or `Content-Length` bytes are there.
    static func exchange(_ port: UInt16, _ request: String) async throws -> Reply {
        let client = try RawClient(port: port)
        try await client.send(request)
        return try await client.reply(head: request.hasPrefix("HEAD"))
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        try await Self.pool.run { [descriptor] in
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, CInt(MSG_NOSIGNAL))
                }
                guard count > 0 else { throw TestSupportError("send: \(String(cString: strerror(errno)))") }
                sent += count
            }
        }
    }

    /// The next answer on the connection.
    /// - Parameter head: it answers HEAD, so no body follows.
    func reply(head: Bool = false) async throws -> Reply {
        try await Self.pool.run { [descriptor] in
            var bytes: [UInt8] = []
            while true {
                if let reply = Reply(bytes, head: head) { return reply }
                var buffer = [UInt8](repeating: 0, count: 65_536)
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else {
                    let reason = count == 0 ? "closed" : String(cString: strerror(errno))
                    throw TestSupportError("no complete answer (\(reason)): \(String(decoding: bytes, as: UTF8.self))")
                }
                bytes += buffer[..<count]
            }
        }
    }

    /// True when the server has closed the connection, which is awaited.
    func isClosed() async throws -> Bool {
        await Self.pool.run { [descriptor] in
            var byte: UInt8 = 0
            return recv(descriptor, &byte, 1, 0) <= 0
        }
    }
}

struct Reply: Sendable {
    let status: Int
    let head: String
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// Nil when `bytes` hold no complete answer yet.
    init?(_ bytes: [UInt8], head isHead: Bool) {
        let separator = Array("\r\n\r\n".utf8)
        guard
            let end = bytes.indices.first(where: { bytes[$0...].starts(with: separator) }),
            let status = Int(String(decoding: bytes.dropFirst(9).prefix(3), as: UTF8.self))
        else { return nil }
        head = String(decoding: bytes[..<end], as: UTF8.self)
        self.status = status
        let lengthLine = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
        let length = lengthLine.flatMap { Int($0.dropFirst("content-length: ".count)) } ?? 0
        body = Array(bytes[(end + 4)...])
        guard isHead || status == 100 || body.count >= length else { return nil }
    }

    func has(_ line: String) -> Bool { head.split(separator: "\r\n").contains { $0.lowercased() == line.lowercased() } }
}
