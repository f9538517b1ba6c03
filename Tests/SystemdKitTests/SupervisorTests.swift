import Glibc
import SystemdKit
import TestSupport
import Testing

/// The receiving end of a notification socket. `receive` does not wait: a datagram is there when the sender returns.
private final class NotificationSocket {
    private let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)

    init(_ path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        let isAbstract = name[0] == UInt8(ascii: "@")
        if isAbstract { name[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count + (isAbstract ? 0 : 1))
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard code == 0 else { throw TestSupportError("bind \(path): \(String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }

    func receive() -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }
}

@Suite struct SupervisorTests {
    private func withSocket(_ body: (Supervisor, NotificationSocket) throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/notify"
            try body(Supervisor(socketPath: path), try NotificationSocket(path))
        }
    }

    @Test func everyStateIsOneDatagram() async throws {
        try await withSocket { supervisor, socket in
            try supervisor.ready(status: "serving")
            #expect(socket.receive() == "READY=1\nSTATUS=serving")
            try supervisor.ready()
            #expect(socket.receive() == "READY=1")
            try supervisor.status("2 jobs\nREADY=1")
            #expect(socket.receive() == "STATUS=2 jobs READY=1")
            try supervisor.watchdog()
            #expect(socket.receive() == "WATCHDOG=1")
            try supervisor.extendTimeout(by: .milliseconds(1500))
            #expect(socket.receive() == "EXTEND_TIMEOUT_USEC=1500000")
            try supervisor.stopping(status: "draining")
            #expect(socket.receive() == "STOPPING=1\nSTATUS=draining")
            #expect(socket.receive() == nil)
        }
    }

    @Test func reloadingTellsTheTime() async throws {
        try await withSocket { supervisor, socket in
            var now = timespec()
            clock_gettime(CLOCK_MONOTONIC, &now)
            try supervisor.reloading()
            let lines = try #require(socket.receive()).split(separator: "\n")
            #expect(lines[0] == "RELOADING=1")
            let told = try #require(Int(lines[1].dropFirst("MONOTONIC_USEC=".count)))
            #expect(told >= now.tv_sec * 1_000_000)
        }
    }

    @Test func abstractSocketsAreReached() throws {
        let name = "@foqus-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        let socket = try NotificationSocket(name)
        try Supervisor(socketPath: name).watchdog()
        #expect(socket.receive() == "WATCHDOG=1")
    }

    @Test func withoutASupervisorNothingHappens() throws {
        let supervisor = Supervisor(environment: [:])
        #expect(supervisor.socketPath == nil)
        #expect(supervisor.watchdogInterval == nil)
        try supervisor.ready(status: "x")
        try supervisor.stopping()
    }

    @Test func aSupervisorThatIsGoneIsAnErrorWithReason() {
        let error = #expect(throws: SystemdError.self) { try Supervisor(socketPath: "/nonexistent/notify").ready() }
        #expect(error?.code == ENOENT)
        #expect(error?.description == "cannot tell the supervisor by /nonexistent/notify: No such file or directory")
        let long = "/" + String(repeating: "x", count: 200)
        #expect(throws: SystemdError.self) { try Supervisor(socketPath: long).ready() }
    }

    @Test(
        arguments: [
            (["WATCHDOG_USEC": "30000000"], Duration.seconds(30)),
            (["WATCHDOG_USEC": "500000", "WATCHDOG_PID": "42"], .milliseconds(500)),
            (["WATCHDOG_USEC": "500000", "WATCHDOG_PID": "43"], nil),
            (["WATCHDOG_USEC": "0"], nil), (["WATCHDOG_USEC": "soon"], nil), (["WATCHDOG_PID": "42"], nil),
        ] as [([String: String], Duration?)])
    func theWatchdogIsThisProcesssOnly(environment: [String: String], interval: Duration?) {
        #expect(Supervisor(environment: environment, processID: 42).watchdogInterval == interval)
    }

    @Test func theSocketComesFromTheEnvironment() {
        #expect(Supervisor(environment: ["NOTIFY_SOCKET": "/run/n"]).socketPath == "/run/n")
        #expect(Supervisor(environment: ["NOTIFY_SOCKET": "@n"]).socketPath == "@n")
        #expect(Supervisor(environment: ["NOTIFY_SOCKET": "relative"]).socketPath == nil)
        #expect(Supervisor(environment: ["NOTIFY_SOCKET": ""]).socketPath == nil)
    }
}
