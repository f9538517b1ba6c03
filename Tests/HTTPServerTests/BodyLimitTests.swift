import HTTPServer
import Testing
import Threading

@Suite(.timeLimit(.minutes(1))) struct BodyLimitTests {
    private let calls = Locked(0)

    private func server(limit: Int) throws -> HTTPServer {
        try HTTPServer.start(.init(bodyLimit: limit)) { [calls] request in
            calls.withLock { $0 += 1 }
            return HTTPResponse(status: 200, text: "\(request.body.count)")
        }
    }

    @Test func aBodyOfExactlyTheLimitIsTaken() async throws {
        let server = try server(limit: 5)
        let reply = try await RawClient.exchange(
            server.port, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello")
        #expect(reply.status == 200)
        #expect(reply.text == "5")
        await server.stop()
    }

    @Test func aLongerBodyIsAnswered413AndTheConnectionGoesOn() async throws {
        let server = try server(limit: 1000)
        let client = try RawClient(port: server.port)
        try await client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n")
        try await client.send([UInt8](repeating: 120, count: 2_000_000))
        #expect(try await client.reply().status == 413)
        #expect(calls.withLock { $0 } == 0)
        try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try await client.reply().status == 200)
        await server.stop()
    }

    @Test func aChunkedBodyIsMeasuredAsItComes() async throws {
        let server = try server(limit: 4)
        let client = try RawClient(port: server.port)
        try await client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<3 { try await client.send("3\r\nabc\r\n") }
        try await client.send("0\r\n\r\n")
        #expect(try await client.reply().status == 413)
        #expect(calls.withLock { $0 } == 0)
        await server.stop()
    }

    @Test func aClientThatAsksFirstIsRefusedBeforeItSends() async throws {
        let server = try server(limit: 4)
        let reply = try await RawClient.exchange(
            server.port, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 50000000\r\nExpect: 100-continue\r\n\r\n")
        #expect(reply.status == 413)
        await server.stop()
    }

    @Test func aClientThatAsksFirstIsToldToGoOnWhenTheBodyFits() async throws {
        let server = try server(limit: 4)
        let client = try RawClient(port: server.port)
        try await client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        #expect(try await client.reply().status == 100)
        try await client.send("abcd")
        #expect(try await client.reply().text == "4")
        await server.stop()
    }

    @Test func anAbsurdLengthIsRefusedAtOnce() async throws {
        let server = try server(limit: 4)
        let reply = try await RawClient.exchange(
            server.port, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000000000000000\r\n\r\n")
        #expect(reply.status == 413)
        await server.stop()
    }

    @Test(arguments: [
        "nonsense\r\n\r\n", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: abc\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
    ])
    func nonsenseDoesNotReachTheHandlerNorStopTheServer(bytes: String) async throws {
        let server = try server(limit: 4)
        let client = try RawClient(port: server.port)
        try await client.send(bytes)
        if let reply = try? await client.reply() { #expect((400...599).contains(reply.status)) }
        #expect(calls.withLock { $0 } == 0)
        #expect(try await RawClient.exchange(server.port, "GET / HTTP/1.1\r\nHost: h\r\n\r\n").status == 200)
        await server.stop()
    }
}
