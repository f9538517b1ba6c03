import HTTPServer
import TestSupport
import Testing
import Threading

@Suite(.timeLimit(.minutes(1))) struct ServingTests {
    /// Runs `body` against a server and stops it afterwards.
    private func serving(
        _ options: HTTPServer.Options = .init(), handler: @escaping HTTPServer.Handler,
        _ body: (UInt16) async throws -> Void
    ) async throws {
        let server = try HTTPServer.start(options, handler: handler)
        do {
            try await body(server.port)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    @Test func theHandlerSeesTheWholeRequest() async throws {
        let seen = Locked<HTTPRequest?>(nil)
        try await serving { request in
            seen.withLock { $0 = request }
            return HTTPResponse(status: 201, headers: ["X-Answer": "yes", "Content-Length": "99"], body: request.body)
        } _: { port in
            let reply = try await RawClient.exchange(
                port,
                "POST /a%2Fb/c?x=1&y=%20 HTTP/1.1\r\nHost: h\r\nX-Two: 1\r\nx-two: 2\r\nContent-Length: 5\r\n\r\nhello")
            #expect(reply.status == 201)
            #expect(reply.text == "hello")
            #expect(reply.has("X-Answer: yes"))
            #expect(reply.has("Content-Length: 5"))
            let request = try #require(seen.withLock { $0 })
            #expect(request.method == "POST")
            #expect(request.path == "/a%2Fb/c")
            #expect(request.segments == ["a/b", "c"])
            #expect(request.queryValue("y") == " ")
            #expect(request.headers.values("X-Two") == ["1", "2"])
            #expect(request.body == Array("hello".utf8))
            #expect(request.remoteAddress == "127.0.0.1")
        }
    }

    @Test func aConnectionIsKeptForFurtherRequests() async throws {
        try await serving {
            HTTPResponse(status: 200, text: $0.path)
        } _: { port in
            let client = try RawClient(port: port)
            for path in ["/1", "/2", "/3"] {
                try await client.send("GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(try await client.reply().text == path)
            }
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        try await serving {
            HTTPResponse(status: 200, text: $0.path)
        } _: { port in
            let client = try RawClient(port: port)
            try await client.send(
                "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            var text = ""
            while !text.contains("/2") { text += try await client.reply().text }
            #expect(text.hasPrefix("/1"))
        }
    }

    @Test func chunkedBodiesArriveWhole() async throws {
        try await serving {
            HTTPResponse(status: 200, body: $0.body)
        } _: { port in
            let reply = try await RawClient.exchange(
                port,
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
            #expect(reply.text == "abcde")
        }
    }

    @Test func headGivesTheLengthAndNoBody() async throws {
        try await serving {
            HTTPResponse(status: 200, text: $0.method)
        } _: { port in
            let reply = try await RawClient.exchange(port, "HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(reply.status == 200)
            #expect(reply.has("Content-Length: 4"))
            #expect(reply.body.isEmpty)
        }
    }

    @Test func noContentHasNoBody() async throws {
        try await serving { _ in
            HTTPResponse(status: 204, text: "dropped")
        } _: { port in
            let reply = try await RawClient.exchange(port, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(reply.status == 204)
            #expect(reply.body.isEmpty)
        }
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 3_000_000])
    func bodiesOfAllSizesComeBackUnchanged(size: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(size))
        let body = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
        try await serving {
            HTTPResponse(status: 200, body: $0.body)
        } _: { port in
            let client = try RawClient(port: port)
            try await client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: \(size)\r\n\r\n")
            try await client.send(body)
            #expect(try await client.reply().body == body)
        }
    }

    @Test(arguments: [1, 3])
    func requestsAreAnsweredConcurrently(threads: Int) async throws {
        let inside = Locked(0)
        try await serving(.init(threads: threads)) { request in
            // Each handler waits for all the others: one at a time would never end.
            inside.withLock { $0 += 1 }
            do { try await eventually("all are inside") { inside.withLock { $0 } == 8 } } catch {
                return HTTPResponse(status: 500)
            }
            return HTTPResponse(status: 200, text: request.path)
        } _: { port in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        let reply = try await RawClient.exchange(port, "GET /\(number) HTTP/1.1\r\nHost: h\r\n\r\n")
                        return reply.text == "/\(number)"
                    }
                }
                for try await matches in group { #expect(matches) }
            }
        }
    }

    @Test(arguments: ["/%zz", "/%ff", "/?a=%2"])
    func badPercentEncodingIsABadRequestAndTheConnectionGoesOn(target: String) async throws {
        let calls = Locked(0)
        try await serving { _ in
            calls.withLock { $0 += 1 }
            return HTTPResponse(status: 200)
        } _: { port in
            let client = try RawClient(port: port)
            try await client.send("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await client.reply().status == 400)
            try await client.send("POST \(target) HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
            #expect(try await client.reply().status == 400)
            #expect(calls.withLock { $0 } == 0)
            try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await client.reply().status == 200)
        }
    }

    @Test func anImpossibleStatusIsSentAs500AndTold() async throws {
        let told = Locked<[String]>([])
        let options = HTTPServer.Options(onDiagnostic: { message in told.withLock { $0.append(message) } })
        try await serving(options) { _ in
            HTTPResponse(status: 7, headers: ["X-Bad": "a\r\nInjected: yes", "X-Good": "1"])
        } _: { port in
            let reply = try await RawClient.exchange(port, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(reply.status == 500)
            #expect(reply.has("X-Good: 1"))
            #expect(!reply.head.contains("Injected"))
            #expect(told.withLock { $0 }.contains { $0.contains("status 7") })
            #expect(told.withLock { $0 }.contains { $0.contains("X-Bad") })
        }
    }
}
