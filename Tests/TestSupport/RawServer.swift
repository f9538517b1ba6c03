import Glibc
import Threading

/// A TCP server on the loopback interface that says exactly what it is told, for answers that no sound HTTP server gives,
/// and that knows how many connections it had. Each connection has a thread of its own.
public final class RawServer: Sendable {
    private struct State {
        var open: Set<CInt> = []
        var count = 0
        var isStopped = false
    }

    public let port: UInt16
    private let listener: CInt
    private let state = Locked(State())

    /// - Parameter serve: called for each connection, which is closed afterwards.
    public init(_ serve: @escaping @Sendable (RawConnection) -> Void) throws(TestSupportError) {
        listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard isListening else { throw TestSupportError("no port to listen on: \(String(cString: strerror(errno)))") }
        let state = state
        WorkThread.start(name: "raw-server") {
            while case let descriptor = accept(listener, nil, nil), descriptor >= 0 {
                let number = state.withLock { state -> Int? in
                    guard !state.isStopped else { return nil }
                    state.open.insert(descriptor)
                    state.count += 1
                    return state.count
                }
                guard let number else {
                    close(descriptor)
                    continue
                }
                WorkThread.start(name: "raw-server") {
                    serve(RawConnection(descriptor: descriptor, number: number))
                    state.withLock { _ = $0.open.remove(descriptor) }
                    close(descriptor)
                }
            }
            close(listener)
        }
    }

    public var url: String { "http://127.0.0.1:\(port)" }

    /// How many connections there were.
    public var connections: Int { state.withLock { $0.count } }

    /// Accepts no more and wakes the threads of open connections.
    public func stop() {
        shutdown(listener, CInt(SHUT_RDWR))
        state.withLock { state in
            state.isStopped = true
            for descriptor in state.open { shutdown(descriptor, CInt(SHUT_RDWR)) }
        }
    }
}

/// A connection of a ``RawServer``.
public struct RawConnection: Sendable {
    let descriptor: CInt
    /// 1 for the server's first.
    public let number: Int

    /// The next request, head and body; nil at the end of the connection. The body is as long as `Content-Length` says.
    public func request() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard recv(descriptor, &byte, 1, 0) == 1 else { return nil }
            bytes.append(byte)
        }
        let head = String(decoding: bytes, as: UTF8.self)
        let length =
            head.split(whereSeparator: \.isNewline).lazy.map { $0.lowercased() }
            .first { $0.hasPrefix("content-length:") }
            .flatMap { line in Int(String(line.dropFirst(15).drop { $0 == " " })) } ?? 0
        var body = [UInt8](repeating: 0, count: length)
        var received = 0
        while received < length {
            let count = body.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress! + received, length - received, 0)
            }
            guard count > 0 else { return nil }
            received += count
        }
        return head + String(decoding: body, as: UTF8.self)
    }

    /// Nothing happens when the peer is gone.
    public func send(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// An answer with a body, after which the connection goes on.
    public func answer(_ status: Int, _ fields: [String] = [], body: String = "") {
        let lines = ["HTTP/1.1 \(status) X"] + fields + ["Content-Length: \(body.utf8.count)", "", ""]
        send(lines.joined(separator: "\r\n") + body)
    }

    /// The connection will be cut instead of closed: the peer gets "connection reset".
    public func cut() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Waits until the peer closes the connection, or the server is stopped.
    public func waitForEnd() {
        var byte: UInt8 = 0
        while recv(descriptor, &byte, 1, 0) > 0 {}
    }
}
