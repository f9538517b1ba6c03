import HTTPClient
import TestSupport
import Testing
import Threading

@Suite(.timeLimit(.minutes(1))) struct ReuseTests {
    /// Answers every request, for as long as the client keeps the connection.
    private func answering(_ answer: @escaping @Sendable (RawConnection, String) -> Void) throws -> RawServer {
        try RawServer { connection in
            while let request = connection.request() { answer(connection, request) }
        }
    }

    @Test func requestsOneAfterTheOtherShareAConnection() async throws {
        let server = try answering { connection, _ in connection.answer(200, body: "\(connection.number)") }
        defer { server.stop() }
        let client = HTTPClient(loop: sharedEventLoop)
        for _ in 0..<20 {
            let response = try await client.send(ClientRequest(method: "POST", url: server.url, body: [1]))
            #expect(response.body == Array("1".utf8))
        }
        #expect(server.connections == 1)
        await client.close()
    }

    /// An error is an answer like any other, and no reason to connect again.
    @Test func errorsKeepTheConnection() async throws {
        let server = try answering { connection, _ in connection.answer(503, body: "busy") }
        defer { server.stop() }
        let client = HTTPClient(loop: sharedEventLoop)
        for _ in 0..<5 { #expect(try await client.send(ClientRequest(url: server.url)).status == 503) }
        #expect(server.connections == 1)
        await client.close()
    }

    /// The server has closed the kept connection in the meantime: nobody notices.
    @Test func aConnectionThatWasClosedIsReplaced() async throws {
        let server = try RawServer { connection in
            if connection.request() != nil { connection.answer(200, body: "\(connection.number)") }
        }
        defer { server.stop() }
        let client = HTTPClient(loop: sharedEventLoop)
        for number in 1...5 {
            let response = try await client.send(ClientRequest(method: "POST", url: server.url, body: [1, 2, 3]))
            #expect(response.body == Array("\(number)".utf8))
        }
        await client.close()
    }

    @Test(arguments: ["/a/../b", "/./a", "/a//b/./", "/..", "/a%2F../x?y=/../z"])
    func pathsAreSentAsTheyAre(path: String) async throws {
        let line = Locked("")
        let server = try answering { connection, request in
            line.withLock { $0 = request.split(whereSeparator: \.isNewline).first.map(String.init) ?? "" }
            connection.answer(200)
        }
        defer { server.stop() }
        let client = HTTPClient(loop: sharedEventLoop)
        _ = try await client.send(ClientRequest(url: server.url + path))
        #expect(line.withLock { $0 } == "GET \(path) HTTP/1.1")
        await client.close()
    }

    @Test func aTransferThatStandsStillEnds() async throws {
        let server = try RawServer { connection in
            guard connection.request() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthe first bytes")
            connection.waitForEnd()
        }
        defer { server.stop() }
        let client = HTTPClient(loop: sharedEventLoop)
        let request = ClientRequest(
            url: server.url, timeout: .seconds(3600), inactivityTimeout: .milliseconds(500))
        let error = await #expect(throws: HTTPClientError.self) { try await client.send(request) }
        #expect(error?.code == .timedOut)
        #expect(error?.isBeforeSending == false)
        await client.close()
    }

    @Test(arguments: [true, false])
    func aConnectionThatBreaksBeforeTheAnswerIsLost(isCut: Bool) async throws {
        let server = try RawServer { connection in
            _ = connection.request()
            if isCut { connection.cut() }
        }
        defer { server.stop() }
        let client = HTTPClient(loop: sharedEventLoop)
        let request = ClientRequest(method: "POST", url: server.url, body: [1])
        let error = await #expect(throws: HTTPClientError.self) { try await client.send(request) }
        #expect(error?.code == .connectionLost)
        #expect(error?.isBeforeSending == false)
        await client.close()
    }
}
