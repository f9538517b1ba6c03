import EventLoop
import Glibc
import HTTPClient
import ProcessKit
import TestSupport

/// What all tests of the process share. One supervisor: it reaps what it finds, so there cannot be two.
enum Machinery {
    static let loop = EventLoop.start(name: "system-tests")
    static let supervisor = ProcessSupervisor(loop: loop)
    static let http = HTTPClient(loop: loop)

    static let environment = [
        "PATH": Installation.variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8",
    ]

    /// A port of 127.0.0.1 that was free a moment ago. Daemons that are started again need one that stays the same.
    static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure("socket") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 ? getsockname(descriptor, pointer, &length) : -1
            }
        }
        guard code == 0 else { throw failure("bind to a free port") }
        return UInt16(bigEndian: address.sin_port)
    }

    static func failure(_ operation: String) -> TestSupportError {
        TestSupportError("\(operation): \(String(cString: strerror(errno)))")
    }
}
