public import EventLoop

/// HTTP/1.1 over libcurl on an event loop: any number of requests share one thread, and connections are kept for the next.
///
///     let client = HTTPClient(loop: loop)
///     let response = try await client.send(ClientRequest(url: "http://127.0.0.1:8080/health"))
///
/// Proxies are taken from the environment (`http_proxy`, `https_proxy`, `no_proxy`), as curl does. The loop must run as long
/// as requests are on their way; releasing the last reference closes the connections.
public final class HTTPClient: Sendable {
    public struct Options: Sendable {
        /// PEM file of the certificate authorities to trust; nil for the system's.
        public var caFile: String?
        /// The most time for name, connection and TLS; a request's own timeout may end it earlier.
        public var connectTimeout: Duration
        /// Idle connections that are kept.
        public var idleConnectionLimit: Int
        /// The most connections to one host; further requests wait. 0 for no limit.
        public var connectionsPerHost: Int
        /// The `User-Agent` field; nil for none.
        public var userAgent: String?
        /// Whether the environment's proxies are heeded. Without them for what only this machine can reach, as the
        /// metadata service of a cloud instance.
        public var usesProxies: Bool
        /// The path of the Unix socket at which the server listens, whatever host the URLs name; nil for the network.
        public var unixSocket: String?

        public init(
            caFile: String? = nil, connectTimeout: Duration = .seconds(10), idleConnectionLimit: Int = 16,
            connectionsPerHost: Int = 0, userAgent: String? = nil, usesProxies: Bool = true,
            unixSocket: String? = nil
        ) {
            self.caFile = caFile
            self.connectTimeout = connectTimeout
            self.idleConnectionLimit = idleConnectionLimit
            self.connectionsPerHost = connectionsPerHost
            self.userAgent = userAgent
            self.usesProxies = usesProxies
            self.unixSocket = unixSocket
        }
    }

    private let loop: EventLoop
    private let options: Options
    private let engine: Engine

    public init(loop: EventLoop, options: Options = Options()) {
        self.loop = loop
        self.options = options
        engine = Engine(loop: loop, options: options)
    }

    deinit { loop.execute { [engine] in engine.close() } }

    /// Sends a request and waits for the whole answer.
    ///
    /// - Throws: when there is no answer; one with a status of 400 or above is an answer. Cancelling the task ends the
    ///   transfer at once with the code `cancelled`.
    public func send(_ request: ClientRequest) async throws(HTTPClientError) -> ClientResponse {
        let transfer = try Transfer(request, options: options)
        let outcome: Transfer.Outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.execute { [engine] in
                    transfer.deliver(to: continuation)
                    engine.start(transfer)
                }
            }
        } onCancel: {
            loop.execute { [engine] in engine.cancel(transfer) }
        }
        return try outcome.get()
    }

    /// Ends every request with the code `closed`, also later ones, and closes the connections.
    public func close() async {
        await withCheckedContinuation { continuation in
            loop.execute { [engine] in
                engine.close()
                continuation.resume()
            }
        }
    }
}
