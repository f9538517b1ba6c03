import EventLoop
import HTTPClient
import HTTPServer

/// Runs `body` with a client and a server on the loopback interface and takes both down afterwards.
func withServer(
    options: HTTPServer.Options = .init(), client clientOptions: HTTPClient.Options = .init(),
    handler: @escaping HTTPServer.Handler, _ body: (HTTPClient, _ base: String) async throws -> Void
) async throws {
    let loop = EventLoop.start(name: "http-client")
    let server = try HTTPServer.start(options, handler: handler)
    let client = HTTPClient(loop: loop, options: clientOptions)
    let outcome: Result<Void, any Error>
    do {
        try await body(client, "\(options.tls == nil ? "http" : "https")://127.0.0.1:\(server.port)")
        outcome = .success(())
    } catch {
        outcome = .failure(error)
    }
    await client.close()
    await server.stop(grace: .zero)
    loop.stop()
    try outcome.get()
}

/// A port of 127.78.0.1, an address that nothing else uses, on which nothing listens: a server had it and is gone.
func unusedPort() async throws -> UInt16 {
    let server = try HTTPServer.start(.init(address: "127.78.0.1")) { _ in HTTPResponse(status: 200) }
    await server.stop()
    return server.port
}
