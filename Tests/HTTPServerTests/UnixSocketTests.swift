import FileKit
import Glibc
import HTTPServer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct UnixSocketTests {
    private func start(_ path: String) throws -> HTTPServer {
        var options = HTTPServer.Options()
        options.unixPath = path
        return try HTTPServer.start(options) { request in
            HTTPResponse(status: 200, text: "\(request.path) from '\(request.remoteAddress)'")
        }
    }

    private func ask(_ path: String) async throws -> Reply {
        let client = try RawClient(unixPath: path)
        try await client.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n")
        return try await client.reply()
    }

    @Test func itServesAndTakesItsSocketAway() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/socket"
            let server = try start(path)
            #expect(server.place == path)
            #expect(try await ask(path).text == "/x from ''")
            var status = stat()
            #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o660)
            await server.stop()
            #expect(!File.exists(path))
        }
    }

    @Test func aSocketThatIsServedIsNotTakenOver() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/socket"
            let server = try start(path)
            let error = #expect(throws: HTTPServerError.self) { try start(path) }
            #expect(error?.description.contains("another program listens there") == true)
            #expect(try await ask(path).status == 200)
            await server.stop()
        }
    }

    /// As a server that was killed leaves it.
    @Test func anAbandonedSocketIsReplaced() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/socket"
            let left = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(left, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            close(left)
            try #require(bound == 0)
            let server = try start(path)
            #expect(try await ask(path).status == 200)
            await server.stop()
        }
    }

    @Test func whatIsNoSocketStays() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/file"
            try File.writeAtomically(Array("mine".utf8), to: path)
            #expect(throws: HTTPServerError.self) { try start(path) }
            #expect(try File.read(path) == Array("mine".utf8))
            let long = #expect(throws: HTTPServerError.self) { try start("/" + String(repeating: "x", count: 120)) }
            #expect(long?.description.contains("at most 107 bytes") == true)
        }
    }
}
