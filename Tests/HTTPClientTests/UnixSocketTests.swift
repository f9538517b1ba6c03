import EventLoop
import Glibc
import HTTPServer
import TestSupport
import Testing

@testable import HTTPClient

@Suite(.timeLimit(.minutes(1))) struct UnixSocketTests {
    @Test func aServerOnAUnixSocketAnswers() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/http.sock"
            var options = HTTPServer.Options()
            options.unixPath = path
            try await withServer(options: options, client: .init(unixSocket: path)) { request in
                HTTPResponse(status: 200, body: Array(request.path.utf8))
            } _: { client, _ in
                let response = try await client.send(ClientRequest(url: "http://localhost/status"))
                #expect(response.status == 200)
                #expect(response.body == Array("/status".utf8))
            }
        }
    }

    @Test func aSocketThatIsNotThereIsNamed() async throws {
        let loop = EventLoop.start()
        let client = HTTPClient(loop: loop, options: .init(unixSocket: "/nowhere/http.sock"))
        let error = await #expect(throws: HTTPClientError.self) {
            try await client.send(ClientRequest(url: "http://localhost/status"))
        }
        #expect(error?.code == .couldNotConnect(ENOENT))
        #expect(error?.description == "could not connect to /nowhere/http.sock: No such file or directory")
        await client.close()
        loop.stop()
    }
}
