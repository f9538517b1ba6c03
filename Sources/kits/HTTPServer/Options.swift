extension HTTPServer {
    /// Where a server listens and what it bears.
    public struct Options: Sendable {
        /// Certificate chain (the server's own first) and private key, both PEM text.
        public typealias TLS = (certificatePEM: String, keyPEM: String)

        /// A numeric IPv4 or IPv6 address; `0.0.0.0` and `::` mean every interface.
        public var address = "127.0.0.1"
        /// 0 lets the system choose; see `HTTPServer.port`.
        public var port: UInt16 = 0
        /// The path of a Unix socket to listen on, instead of address and port. Owner and group may connect.
        public var unixPath: String?
        /// A socket that listens already and stays its maker's: a service manager's. Address and port are its own then.
        public var listening: CInt?
        /// Nil: plain HTTP. Only TLS 1.2 and 1.3 are spoken.
        public var tls: TLS?
        /// The most bytes of a request's body; a longer one is answered 413 and never reaches the handler.
        public var bodyLimit = 8 << 20
        /// The most connections at a time; others wait to be accepted.
        public var connectionLimit = 1024
        /// The most connections from one address, nil for no limit.
        public var perIPLimit: Int?
        /// A connection on which nothing moves for so long is closed; whole seconds, rounded up. An answer in the
        /// making does not count.
        public var idleTimeout: Duration = .seconds(60)
        /// Threads that move bytes. Handlers run as Swift tasks elsewhere, so one serves a great many connections.
        public var threads = 1
        /// Receives complaints about single connections (a failed TLS handshake, an answer that could not be sent).
        /// Called from any thread.
        public var onDiagnostic: @Sendable (String) -> Void = { _ in }

        public init() {}

        public init(
            address: String = "127.0.0.1", port: UInt16 = 0, listening: CInt? = nil, tls: TLS? = nil,
            bodyLimit: Int = 8 << 20,
            connectionLimit: Int = 1024, perIPLimit: Int? = nil, idleTimeout: Duration = .seconds(60), threads: Int = 1,
            onDiagnostic: @escaping @Sendable (String) -> Void = { _ in }
        ) {
            self.address = address
            self.port = port
            self.listening = listening
            self.tls = tls
            self.bodyLimit = bodyLimit
            self.connectionLimit = connectionLimit
            self.perIPLimit = perIPLimit
            self.idleTimeout = idleTimeout
            self.threads = threads
            self.onDiagnostic = onDiagnostic
        }
    }
}
