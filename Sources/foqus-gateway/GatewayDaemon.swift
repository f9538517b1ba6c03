import CommandLineKit
import Configuration
import EmbeddedStores
import EventLoop
import Gateway
import Glibc
import HTTPServer
import JournalEvents
import Logging
import MetricsKit
import Monitoring
import Stores
import SystemdKit

/// Puts the gateway together from its settings and runs it until a signal stops it.
enum GatewayDaemon {
    /// The first that comes stops the gateway.
    static let stopSignals = [SIGTERM, SIGINT]

    static func run(_ settings: FOQUSSettings) async throws -> ExitCode {
        UnixSignals.ignoreBrokenPipe()
        let log = settings.gateway.log.logger("gateway")
        let loop = EventLoop.start(name: "gateway-loop")
        let signals = UnixSignals.stream(stopSignals, loop: loop)
        var options = try settings.gateway.options(log)
        let passed = PassedSockets.descriptors(environment: CommonOptions.environment())
        guard passed.count < 2 else {
            throw ConfigurationError(
                "\(passed.count) sockets were passed: foqus-gateway.socket may have one ListenStream=")
        }
        options.http.listening = passed.first
        let backend = try await open(settings.store, loop)
        let registry = MetricRegistry()
        let services = services(settings, backend, GatewayMetrics(registry), log)
        let server: GatewayServer
        do {
            server = try GatewayServer.start(
                options, services: services,
                processor: ProcessorServices(
                    lock: backend.processorLock, source: backend.updates, deadLetters: backend.queue,
                    deadLetterSignal: backend.deadLetterSignal))
        } catch {
            await backend.close()
            throw ConfigurationError("\(error); see [gateway] listen")
        }
        let watch = GatewayWatch(
            registry: registry, metrics: services.metrics, process: ProcessMeters(registry), services: services,
            loop: loop)
        registry.info("foqus_gateway_build", "This gateway.", [("version", Version.current)])
        let monitoring = try MonitoringServer.start(settings.metrics.gatewayListen, watch.subject, logger: log)
        let address = "\(settings.gateway.tls == nil ? "http" : "https")://\(server.place)"
        log.notice(
            "gateway started",
            [
                "version": Version.current, "address": address, "store": settings.store.directory,
                "metrics": monitoring?.place ?? .off,
            ], event: JournalEvent.gatewayStarted)
        let supervisor = Supervisor.ofThisProcess()
        tell(log) { () throws(SystemdError) in try supervisor.ready(status: "serving \(address)") }
        // The event loop turns, and the store answers, be it with an error: what hangs does neither.
        let feeding = Task {
            await supervisor.feedWatchdog {
                await loop.turn()
                _ = try? await backend.queue.statistics()
                return true
            } failed: { error in
                log.warning("the supervisor cannot be told", ["reason": error])
            }
        }
        for await _ in signals { break }
        feeding.cancel()
        tell(log) { () throws(SystemdError) in try supervisor.stopping(status: "ending the answers in flight") }
        await monitoring?.stop()
        await server.stop()
        await backend.close()
        log.notice("gateway stopped", event: JournalEvent.gatewayStopped)
        return .success
    }

    private static func services(
        _ settings: FOQUSSettings, _ backend: EmbeddedBackend, _ metrics: GatewayMetrics, _ log: Logger
    ) -> GatewayServices {
        let applications = settings.applications.values.sorted { $0.name < $1.name }.map { application in
            ConfiguredApplication(name: application.name, inputs: ["configuration"])
        }
        return GatewayServices(
            jobs: backend.jobs, dispatcher: backend.jobs, queue: backend.queue, objects: backend.objects,
            users: backend.users, applications: applications, metrics: metrics, log: log)
    }

    private static func open(_ store: StoreSettings, _ loop: EventLoop) async throws -> EmbeddedBackend {
        let directory = try store.embeddedDirectory(for: "foqus-gateway")
        do {
            return try await EmbeddedBackend.open(
                directory: directory, options: store.options(role: .gateway), loop: loop)
        } catch {
            throw ConfigurationError(error.description)
        }
    }

    /// A supervisor that cannot be told is no reason to stop.
    private static func tell(_ log: Logger, _ body: () throws(SystemdError) -> Void) {
        do throws(SystemdError) { try body() } catch {
            log.warning("the supervisor cannot be told", ["reason": error])
        }
    }
}
