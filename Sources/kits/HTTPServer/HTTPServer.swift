import CMicrohttpd
import Glibc
import Threading

/// HTTP/1.1 over libmicrohttpd: its threads move the bytes, Swift tasks answer.
///
///     let server = try HTTPServer.start(.init(port: 8080)) { request in
///         HTTPResponse(status: 200, text: "hello \(request.segments.joined(separator: ", "))\n")
///     }
///     …
///     await server.stop()
///
/// Requests on one connection are answered one after the other; those of different connections concurrently.
public final class HTTPServer: Sendable {
    public typealias Handler = @Sendable @concurrent (HTTPRequest) async -> HTTPResponse

    /// The port it listens on; with port 0 in the options, the one that the system chose; 0 with a Unix socket.
    public let port: UInt16
    /// Where it listens: `127.0.0.1:8080` or `[::1]:8080`.
    public let place: String
    private let daemon: Daemon
    private let reception: Reception

    private init(socket: ListenSocket, daemon: Daemon, reception: Reception) {
        port = socket.port
        place = socket.place
        self.daemon = daemon
        self.reception = reception
    }

    /// Listens and serves until `stop()`.
    ///
    /// - Parameter handler: runs in a task of its own for each request, cancelled when `stop()` waits no longer.
    public static func start(_ options: Options = Options(), handler: @escaping Handler) throws(HTTPServerError)
        -> HTTPServer
    {
        let socket = try ListenSocket(options)
        let reception = Reception(options: options, handler: handler)
        let daemon = try Daemon(socket: socket, options: options, reception: reception)
        return HTTPServer(socket: socket, daemon: daemon, reception: reception)
    }

    /// Stops listening, waits for the answers in flight, then closes all connections.
    ///
    /// Requests that are not complete by now, or come in on connections that are still open, are answered 503. A second call
    /// returns at once.
    ///
    /// - Parameter grace: how long handlers may take; after that they are cancelled and 503 is answered for them.
    public func stop(grace: Duration = .seconds(10)) async {
        guard reception.beginStopping() else { return }
        daemon.stopListening()
        await reception.waitUntilIdle(atMost: grace)
        // libmicrohttpd aborts the program when it is stopped with suspended connections.
        reception.abandonOpenExchanges()
        await reception.waitUntilIdle(atMost: .seconds(2))
        await daemon.stop()
    }
}
