import HTTPClient
import HTTPServer
import TestSupport
import Testing
import Threading

@Suite(.timeLimit(.minutes(1))) struct SendingTests {
    @Test func anAnswerComesWithStatusHeadersAndBody() async throws {
        try await withServer { request in
            HTTPResponse(
                status: 404, headers: [("X-One", "1"), ("X-Two", "a: b "), ("x-one", "2")],
                body: Array("\(request.method) \(request.path)".utf8))
        } _: { client, base in
            let response = try await client.send(ClientRequest(url: base + "/a%20b?x"))
            #expect(response.status == 404)
            #expect(response.body == Array("GET /a%20b".utf8))
            #expect(response.header("X-ONE") == "1")
            #expect(response.headers.filter { $0.name.lowercased() == "x-one" }.map(\.value) == ["1", "2"])
            #expect(response.header("x-two") == "a: b")
            #expect(response.header("x-three") == nil)
        }
    }

    @Test(arguments: ["POST", "PUT", "PATCH", "DELETE", "GET", "REPORT"], [0, 1, 200_000])
    func methodsAndBodiesArriveAsGiven(method: String, size: Int) async throws {
        var generator = SeededGenerator(seed: 7)
        let body = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
        try await withServer { request in
            HTTPResponse(status: 200, headers: ["X-Method": request.method], body: request.body)
        } _: { client, base in
            let response = try await client.send(ClientRequest(method: method, url: base, body: body))
            #expect(response.header("X-Method") == method)
            #expect(response.body == body)
        }
    }

    @Test func headHasHeadersOnly() async throws {
        try await withServer { _ in
            HTTPResponse(status: 200, text: "12345")
        } _: { client, base in
            let response = try await client.send(ClientRequest(method: "HEAD", url: base))
            #expect(response.header("Content-Length") == "5")
            #expect(response.body.isEmpty)
        }
    }

    @Test func nothingIsAddedThatWasNotAskedFor() async throws {
        let seen = Locked<HTTPRequest?>(nil)
        try await withServer { request in
            seen.withLock { $0 = request }
            return HTTPResponse(status: 200)
        } _: { client, base in
            let body = [UInt8](repeating: 1, count: 100_000)
            _ = try await client.send(
                ClientRequest(method: "PUT", url: base, headers: [("X-Empty", ""), ("X-A", "b")], body: body))
            let headers = try #require(seen.withLock { $0?.headers })
            #expect(
                Set(headers.fields.map { $0.name.lowercased() })
                    == ["host", "accept", "x-empty", "x-a", "content-length"])
            #expect(headers["X-Empty"] == "")
            #expect(headers["X-A"] == "b")
        }
    }

    @Test func basicAuthIsSentAtOnce() async throws {
        try await withServer {
            HTTPResponse(status: 200, text: $0.headers["Authorization"] ?? "none")
        } _: { client, base in
            let request = ClientRequest(url: base, basicAuth: .init(user: "Aladdin:x", password: "open:sesame"))
            let response = try await client.send(request)
            #expect(String(decoding: response.body, as: UTF8.self) == "Basic QWxhZGRpbjp4Om9wZW46c2VzYW1l")
            #expect(!"\(request)".contains("sesame"))
        }
    }

    @Test func redirectionsAreAnswersUnlessAskedFor() async throws {
        try await withServer { request in
            request.path == "/end"
                ? HTTPResponse(status: 200, headers: ["X-End": "yes"], body: request.body)
                : HTTPResponse(status: 307, headers: ["Location": "/end", "X-Hop": "yes"])
        } _: { client, base in
            let first = try await client.send(ClientRequest(url: base))
            #expect(first.status == 307)
            #expect(first.header("Location") == "/end")
            let followed = try await client.send(
                ClientRequest(method: "POST", url: base, body: [1, 2, 3], redirectLimit: 1))
            #expect(followed.status == 200)
            #expect(followed.body == [1, 2, 3])
            #expect(followed.header("X-Hop") == nil)
        }
    }

    /// With room for one connection on the server, a client that did not keep and share its own would wait for ever.
    @Test func aConnectionIsUsedAgain() async throws {
        try await withServer(options: .init(connectionLimit: 1), client: .init(connectionsPerHost: 1)) { request in
            HTTPResponse(status: 200, text: request.path)
        } _: { client, base in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<10 {
                    group.addTask {
                        let response = try await client.send(ClientRequest(url: "\(base)/\(number)"))
                        return response.body == Array("/\(number)".utf8)
                    }
                }
                for try await matches in group { #expect(matches) }
            }
        }
    }

    @Test func manyRequestsShareTheLoop() async throws {
        let inside = Locked(0)
        try await withServer { request in
            // Each waits for all the others: one at a time would never end.
            inside.withLock { $0 += 1 }
            do { try await eventually("all are inside") { inside.withLock { $0 } == 20 } } catch {
                return HTTPResponse(status: 500)
            }
            return HTTPResponse(status: 200)
        } _: { client, base in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 { group.addTask { try await client.send(ClientRequest(url: base)).status } }
                for try await status in group { #expect(status == 200) }
            }
        }
    }
}
