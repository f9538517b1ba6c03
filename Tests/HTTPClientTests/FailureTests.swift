import EventLoop
import Glibc
import HTTPServer
import TestSupport
import Testing
import Threading

@testable import HTTPClient

@Suite(.timeLimit(.minutes(1))) struct FailureTests {
    private func failure(_ client: HTTPClient, _ request: ClientRequest) async -> HTTPClientError? {
        do {
            _ = try await client.send(request)
            return nil
        } catch {
            return error
        }
    }

    /// Never answers until the handler is cancelled.
    private let silent: HTTPServer.Handler = { _ in
        try? await Task.sleep(for: .seconds(3600))
        return HTTPResponse(status: 200)
    }

    @Test func aClosedPortIsNamed() async throws {
        let port = try await unusedPort()
        let loop = EventLoop.start()
        let client = HTTPClient(loop: loop)
        let error = await failure(client, ClientRequest(url: "http://user:secret@127.78.0.1:\(port)/x?token=1"))
        #expect(error?.code == .couldNotConnect(ECONNREFUSED))
        #expect(error?.description == "could not connect to http://127.78.0.1:\(port): Connection refused")
        #expect(error?.isBeforeSending == true)
        await client.close()
        loop.stop()
    }

    @Test(arguments: ["", "nonsense", "ftp://127.0.0.1/", "http://", "http://[::1", "file:///etc/passwd"])
    func whatIsNoHTTPURLIsRefused(url: String) async throws {
        let loop = EventLoop.start()
        let client = HTTPClient(loop: loop)
        let error = try #require(await failure(client, ClientRequest(url: url)))
        #expect(error.code == .invalidRequest)
        #expect(error.isBeforeSending)
        await client.close()
        loop.stop()
    }

    @Test(arguments: [("X", "a\r\nInjected: yes"), ("X: y\r\nZ", "a"), ("", "a"), ("X:", "a")])
    func headersCannotBeSmuggledIn(name: String, value: String) async throws {
        try await withServer { _ in
            HTTPResponse(status: 200)
        } _: { client, base in
            let error = await failure(client, ClientRequest(url: base, headers: [(name, value)]))
            #expect(error?.code == .invalidRequest)
        }
    }

    @Test func aSlowAnswerTimesOut() async throws {
        try await withServer(handler: silent) { client, base in
            let error = await failure(client, ClientRequest(url: base + "/secret", timeout: .milliseconds(50)))
            #expect(error?.code == .timedOut)
            #expect(error?.isBeforeSending == false)
            #expect(error?.description.hasPrefix("GET \(base) took too long: ") == true)
        }
    }

    @Test func aTooLargeAnswerIsCutOff() async throws {
        try await withServer { _ in
            HTTPResponse(status: 200, body: [UInt8](repeating: 0, count: 1001))
        } _: { client, base in
            let error = await failure(client, ClientRequest(url: base, responseLimit: 1000))
            #expect(error?.code == .responseTooLarge)
            #expect(error?.description == "GET \(base) answered more than the limit of 1000 bytes")
            let whole = try await client.send(ClientRequest(url: base, responseLimit: 1001))
            #expect(whole.body.count == 1001)
        }
    }

    @Test func redirectionsInACircleEnd() async throws {
        try await withServer { _ in
            HTTPResponse(status: 302, headers: ["Location": "/"])
        } _: { client, base in
            let error = await failure(client, ClientRequest(url: base, redirectLimit: 3))
            #expect(error?.code == .tooManyRedirects)
        }
    }

    @Test func aConnectionThatBreaksIsLost() async throws {
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length)
                listen(listener, 5)
                getsockname(listener, $0, &length)
            }
        }
        WorkThread.start(name: "breaker") {
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                var buffer = [UInt8](repeating: 0, count: 4096)
                recv(connection, &buffer, buffer.count, 0)
                let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this".utf8)
                send(connection, answer, answer.count, CInt(MSG_NOSIGNAL))
                close(connection)
            }
        }
        let loop = EventLoop.start()
        let client = HTTPClient(loop: loop)
        let url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        let error = await failure(client, ClientRequest(url: url))
        #expect(error?.code == .connectionLost)
        shutdown(listener, CInt(SHUT_RDWR))
        await client.close()
        loop.stop()
    }

    @Test func cancellingATaskEndsItsTransfer() async throws {
        let entered = Locked(false)
        try await withServer { [silent] request in
            entered.withLock { $0 = true }
            return await silent(request)
        } _: { client, base in
            let task = Task { await failure(client, ClientRequest(url: base, timeout: .seconds(3600))) }
            try await eventually("the request is there") { entered.withLock { $0 } }
            task.cancel()
            #expect(await task.value?.code == .cancelled)
            // Cancelled before it begins.
            let late = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return await failure(client, ClientRequest(url: base, timeout: .seconds(3600)))
            }
            #expect(await late.value?.code == .cancelled)
        }
    }

    @Test func closingEndsRequestsAndRefusesLaterOnes() async throws {
        let entered = Locked(false)
        try await withServer { [silent] request in
            entered.withLock { $0 = true }
            return await silent(request)
        } _: { client, base in
            async let pending = failure(client, ClientRequest(url: base, timeout: .seconds(3600)))
            try await eventually("the request is there") { entered.withLock { $0 } }
            await client.close()
            #expect(await pending?.code == .closed)
            #expect(await failure(client, ClientRequest(url: base))?.code == .closed)
            await client.close()
        }
    }

    @Test func aClientMayBeReleasedWithoutClosing() async throws {
        let server = try HTTPServer.start { _ in HTTPResponse(status: 200) }
        let loop = EventLoop.start()
        weak var released: HTTPClient?
        do {
            let client = HTTPClient(loop: loop)
            released = client
            let response = try await client.send(ClientRequest(url: "http://127.0.0.1:\(server.port)"))
            #expect(response.status == 200)
        }
        #expect(released == nil)
        await server.stop()
        loop.stop()
    }

    @Test(arguments: [
        ("http://u:p@h:80/a?b", "http://h:80"), ("https://h", "https://h"), ("http://a@b@c/@d", "http://c"),
        ("http://h?x@y", "http://h"), ("nonsense", "nonsense"), ("user:pw@host/x", "host"), ("", ""),
    ])
    func messagesShowTheOriginOnly(url: String, origin: String) {
        #expect(URLOrigin.of(url) == origin)
    }
}
