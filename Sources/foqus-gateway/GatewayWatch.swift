import Configuration
import EventLoop
import FOQUSModel
import Gateway
import JSONKit
import MetricsKit
import Monitoring
import Stores
import Threading

/// What those who watch the gateway are told.
struct GatewayWatch: Sendable {
    let registry: MetricRegistry
    let metrics: GatewayMetrics
    let process: ProcessMeters
    let services: GatewayServices
    let loop: EventLoop
    private static let pool = BlockingPool(name: "watch", limit: 1, idleSeconds: 1)

    var subject: MonitoringServer.Subject {
        MonitoringServer.Subject(
            registry: registry, refresh: { await refresh() }, problems: { await loop.problems() },
            reasonsNotReady: { await services.problems() }, status: { await status() })
    }

    private func refresh() async {
        let process = process
        await Self.pool.run { process.refresh() }
        metrics.show(try? await services.queue.statistics(), now: services.time.now())
    }

    private func status() async -> JSON {
        let statistics = try? await services.queue.statistics()
        return [
            "version": .string(Version.current),
            "queue": statistics.map { queue in
                [
                    "available": .int(Int64(queue.available)), "delayed": .int(Int64(queue.delayed)),
                    "inFlight": .int(Int64(queue.inFlight)), "dead": .int(Int64(queue.dead)),
                ]
            } ?? .null,
        ]
    }
}
