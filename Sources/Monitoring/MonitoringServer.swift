public import Configuration
import HTTPServer
public import JSONKit
public import Logging
public import MetricsKit

/// Serves what those who watch a program ask for: `/metrics`, `/healthz`, `/readyz` and `/status`.
public final class MonitoringServer: Sendable {
    /// What it asks the program.
    public struct Subject: Sendable {
        let registry: MetricRegistry
        let refresh: @Sendable () async -> Void
        let problems: @Sendable () async -> [String]
        let reasonsNotReady: @Sendable () async -> [String]
        let status: @Sendable () async -> JSON

        /// - Parameters:
        ///   - refresh: brings gauges up to date.
        ///   - problems: why the program is not alive; empty when it is.
        ///   - reasonsNotReady: why it does not do its work now; empty when it does.
        public init(
            registry: MetricRegistry, refresh: @escaping @Sendable () async -> Void,
            problems: @escaping @Sendable () async -> [String],
            reasonsNotReady: @escaping @Sendable () async -> [String],
            status: @escaping @Sendable () async -> JSON
        ) {
            self.registry = registry
            self.refresh = refresh
            self.problems = problems
            self.reasonsNotReady = reasonsNotReady
            self.status = status
        }
    }

    private let server: HTTPServer
    /// Where it listens, with the port that the system chose.
    public let place: MetricsSettings.Listen

    private init(server: HTTPServer, place: MetricsSettings.Listen) {
        self.server = server
        self.place = place
    }

    /// Starts to listen. Nil with `off`, and where a default place cannot be had: nobody asked for it.
    public static func start(
        _ listen: MetricsSettings.Place, _ subject: Subject, logger: Logger
    ) throws(ConfigurationError) -> MonitoringServer? {
        do throws(HTTPServerError) {
            return try start(at: listen.place, subject)
        } catch {
            guard listen.isChosen else {
                logger.warning("nobody can watch this program", ["reason": error, "setting": listen.setting])
                return nil
            }
            throw ConfigurationError("\(error); see \(listen.setting)")
        }
    }

    private static func start(
        at place: MetricsSettings.Listen, _ subject: Subject
    ) throws(HTTPServerError) -> MonitoringServer? {
        var options = HTTPServer.Options(bodyLimit: 4096, connectionLimit: 32, idleTimeout: .seconds(30))
        switch place {
        case .off: return nil
        case .tcp(let address, let port): (options.address, options.port) = (address, port)
        case .unix(let path): options.unixPath = path
        }
        let server = try HTTPServer.start(options) { request in await answer(request, subject) }
        guard case .tcp(let address, _) = place else { return MonitoringServer(server: server, place: place) }
        return MonitoringServer(server: server, place: .tcp(address: address, port: server.port))
    }

    public func stop() async { await server.stop(grace: .seconds(1)) }

    private static func answer(_ request: HTTPRequest, _ subject: Subject) async -> HTTPResponse {
        guard request.method == "GET" || request.method == "HEAD" else {
            return HTTPResponse(status: 405, headers: ["Allow": "GET, HEAD"])
        }
        switch request.segments {
        case ["metrics"]:
            await subject.refresh()
            let format = ExpositionFormat(accept: request.headers["Accept"])
            return HTTPResponse(
                status: 200, headers: ["Content-Type": format.contentType],
                body: Array(subject.registry.exposition(format).utf8))
        case ["healthz"]: return verdict("ok", "failing", await subject.problems())
        case ["readyz"]: return verdict("ready", "not ready", await subject.reasonsNotReady())
        case ["status"]: return json(200, await subject.status())
        default: return HTTPResponse(status: 404, text: "There are /metrics, /healthz, /readyz and /status.\n")
        }
    }

    /// 200, or 503 with the reasons.
    private static func verdict(_ good: String, _ bad: String, _ reasons: [String]) -> HTTPResponse {
        guard !reasons.isEmpty else { return json(200, ["status": .string(good)]) }
        return json(503, ["status": .string(bad), "reasons": .array(reasons.map { .string($0) })])
    }

    private static func json(_ status: Int, _ value: JSON) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: ["Content-Type": "application/json"],
            body: value.serialized() + [UInt8(ascii: "\n")])
    }
}
