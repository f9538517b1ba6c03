import Configuration
import EventLoop
import FileKit
import Glibc
import HTTPClient
import JSONKit
import Logging
import MetricsKit
import TestSupport
import Testing
import Threading

@testable import Monitoring

@Suite(.timeLimit(.minutes(1))) struct MonitoringServerTests {
    private static let http = HTTPClient(loop: sharedEventLoop)
    private let registry = MetricRegistry()
    private let log = RecordingSink()

    private func subject(
        problems: [String] = [], notReady: [String] = [], refreshes: Locked<Int> = Locked(0)
    ) -> MonitoringServer.Subject {
        MonitoringServer.Subject(
            registry: registry, refresh: { refreshes.withLock { $0 += 1 } }, problems: { problems },
            reasonsNotReady: { notReady }, status: { ["slots": 4] })
    }

    private func start(
        _ listen: MetricsSettings.Listen, _ subject: MonitoringServer.Subject, isChosen: Bool = true
    ) throws -> MonitoringServer? {
        try MonitoringServer.start(
            .init(listen, isChosen: isChosen, setting: "[metrics] listen"), subject,
            logger: Logger(label: "", sink: log))
    }

    private func get(_ path: String, _ server: MonitoringServer, method: String = "GET") async throws -> ClientResponse
    {
        guard case .tcp(_, let port) = server.place else { throw TestSupportError("\(server.place)") }
        return try await Self.http.send(ClientRequest(method: method, url: "http://127.0.0.1:\(port)\(path)"))
    }

    @Test func itAnswersWhatIsAsked() async throws {
        registry.counter("c", "Counts.").only.add(3)
        let refreshes = Locked(0)
        let server = try #require(try start(.tcp(address: "127.0.0.1", port: 0), subject(refreshes: refreshes)))
        let metrics = try await get("/metrics", server)
        #expect(metrics.status == 200)
        let kind = metrics.headers.first { $0.name.lowercased() == "content-type" }?.value
        #expect(kind == "application/openmetrics-text; version=1.0.0; charset=utf-8")
        #expect(String(decoding: metrics.body, as: UTF8.self).hasSuffix("c_total 3\n# EOF\n"))
        #expect(refreshes.withLock { $0 } == 1)
        #expect(try await get("/healthz", server).text == "200 {\"status\":\"ok\"}\n")
        #expect(try await get("/readyz", server).text == "200 {\"status\":\"ready\"}\n")
        #expect(try await get("/status", server).text == "200 {\"slots\":4}\n")
        #expect(try await get("/", server).status == 404)
        #expect(try await get("/metrics", server, method: "POST").status == 405)
        await server.stop()
    }

    @Test func whatIsWrongIsSaidWithItsReasons() async throws {
        let server = try #require(
            try start(
                .tcp(address: "127.0.0.1", port: 0), subject(problems: ["it hangs"], notReady: ["draining", "no disk"]))
        )
        #expect(
            try await get("/healthz", server).text == "503 {\"status\":\"failing\",\"reasons\":[\"it hangs\"]}\n")
        #expect(
            try await get("/readyz", server).text
                == "503 {\"status\":\"not ready\",\"reasons\":[\"draining\",\"no disk\"]}\n")
        await server.stop()
    }

    @Test func aPlaceThatCannotBeHadMattersWhereItWasChosen() throws {
        let nowhere = MetricsSettings.Listen.unix(path: "/nowhere/metrics.sock")
        #expect(try start(nowhere, subject(), isChosen: false) == nil)
        #expect(log.messages == ["nobody can watch this program"])
        let error = #expect(throws: ConfigurationError.self) { try start(nowhere, subject()) }
        #expect(error?.description.hasSuffix("see [metrics] listen") == true)
        #expect(error?.description.contains("cannot listen on /nowhere/metrics.sock: No such file") == true)
        #expect(try start(.off, subject()) == nil)
    }

    @Test func theLoopIsFoundTurningOrNot() async {
        let loop = EventLoop.start(name: "check-test")
        #expect(await loop.turns(within: .seconds(30)))
        let isHeld = Locked(true)
        loop.execute { while isHeld.withLock({ $0 }) { usleep(1000) } }
        #expect(await !loop.turns(within: .milliseconds(50)))
        isHeld.withLock { $0 = false }
        #expect(await loop.turns(within: .seconds(30)))
        loop.stop()
    }
}

extension ClientResponse {
    fileprivate var text: String { "\(status) \(String(decoding: body, as: UTF8.self))" }
}
