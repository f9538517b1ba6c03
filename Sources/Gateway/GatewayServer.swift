public import HTTPServer
import Logging

/// How a gateway is reached.
public struct GatewayOptions: Sendable {
    /// Address, port, TLS, limits.
    public var http: HTTPServer.Options
    /// A prefix that paths may carry, as the stage `/dev` of the existing cloud; empty for none.
    public var basePath: String

    public init(http: HTTPServer.Options = HTTPServer.Options(bodyLimit: 64 << 20), basePath: String = "") {
        self.http = http
        self.basePath = basePath
    }
}

/// A gateway at work: the web services API and the notification processor.
public final class GatewayServer: Sendable {
    private let server: HTTPServer
    private let processing: Task<Void, Never>

    /// Where it listens: `127.0.0.1:8080` or `[::1]:8080`.
    public var place: String { server.place }
    /// The port it listens on.
    public var port: UInt16 { server.port }

    private init(server: HTTPServer, processing: Task<Void, Never>) {
        self.server = server
        self.processing = processing
    }

    /// Listens, answers and processes until `stop()`. Throws when the address cannot be had.
    public static func start(
        _ options: GatewayOptions, services: GatewayServices, processor stores: ProcessorServices
    ) throws(HTTPServerError) -> GatewayServer {
        let gateway = Gateway(services: services, basePath: options.basePath)
        let server = try HTTPServer.start(options.http) { await gateway.respond(to: $0) }
        let processor = NotificationProcessor(stores, services)
        return GatewayServer(server: server, processing: Task { await processor.run() })
    }

    /// Takes no more requests, answers those in flight and gives the notifications to the next processor.
    ///
    /// - Parameter grace: how long the answers in flight may take.
    public func stop(grace: Duration = .seconds(10)) async {
        await server.stop(grace: grace)
        processing.cancel()
        await processing.value
    }
}
