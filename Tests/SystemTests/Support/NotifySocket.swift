import EventLoop
import Glibc

/// The supervisor's end of sd_notify(3): a datagram socket whose path daemons find in `NOTIFY_SOCKET`.
final class NotifySocket: Sendable {
    let path: String
    /// What the daemon said, assignment by assignment. Ends after `close`.
    let assignments: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation
    private let descriptor: CInt

    init(path: String) throws {
        self.path = path
        descriptor = socket(
            AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw Machinery.failure("socket") }
        (assignments, continuation) = AsyncStream.makeStream()
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        unlink(path)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0 else {
            Glibc.close(descriptor)
            throw Machinery.failure("bind \(path)")
        }
        listen(descriptor, continuation)
    }

    private func listen(_ descriptor: CInt, _ continuation: AsyncStream<String>.Continuation) {
        Machinery.loop.execute {
            Machinery.loop.watch(descriptor, events: .readable) { _ in
                Self.receive(descriptor) { continuation.yield($0) }
            }
        }
    }

    func close() {
        let (descriptor, continuation) = (descriptor, continuation)
        Machinery.loop.execute {
            Self.receive(descriptor) { continuation.yield($0) }
            Machinery.loop.unwatch(descriptor)
            Glibc.close(descriptor)
            continuation.finish()
        }
    }

    private static func receive(_ descriptor: CInt, _ body: (String) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = recv(descriptor, &buffer, buffer.count, 0), count >= 0 {
            for line in String(decoding: buffer.prefix(count), as: UTF8.self).split(separator: "\n") {
                body(String(line))
            }
        }
    }
}
