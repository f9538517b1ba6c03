import Settings
import Testing

@testable import Configuration

@Suite struct MetricsSettingsTests {
    private func load(_ text: String, environment: [String: String] = [:]) throws(SettingsError) -> MetricsSettings {
        let file = try SettingsFile.parse(Array(text.utf8), path: "test.conf")
        return try FOQUSSettings(
            SettingsReader([.file(file), .environment(environment)]), machine: Machine(cores: 1, hostName: "m")
        ).metrics
    }

    @Test func programsAnswerAtSocketsOfTheirDirectories() throws {
        let standard = try load("")
        #expect(standard.listen.place == .unix(path: "/var/lib/foqus-worker/metrics.sock"))
        #expect(standard.gatewayListen.place == .unix(path: "/var/lib/foqus/gateway-metrics.sock"))
        #expect(!standard.listen.isChosen && !standard.gatewayListen.isChosen)
        #expect(standard.textfile == nil && standard.counters == [])
        let moved = try load("[worker]\nstate_directory = /a\n[store]\ndirectory = /b\n")
        #expect(moved.listen.place == .unix(path: "/a/metrics.sock"))
        #expect(moved.gatewayListen.place == .unix(path: "/b/gateway-metrics.sock"))
    }

    @Test(arguments: [
        ("off", MetricsSettings.Listen.off), ("127.0.0.1:9464", .tcp(address: "127.0.0.1", port: 9464)),
        ("[::1]:1", .tcp(address: "::1", port: 1)), ("/run/x.sock", .unix(path: "/run/x.sock")),
    ])
    func aPlaceCanBeChosen(text: String, place: MetricsSettings.Listen) throws {
        let chosen = try load("[metrics]\nlisten = \(text)\n").listen
        #expect(chosen.place == place)
        #expect(chosen.isChosen)
        #expect(place.description == text)
    }

    /// As foqus-service sets them.
    @Test func fileAndCountersComeFromTheEnvironment() throws {
        let settings = try load(
            "", environment: ["FOQUS_METRICS_TEXTFILE": "/x/foqus.prom", "FOQUS_METRICS_COUNTERS": "a, b,"])
        #expect(settings.textfile == "/x/foqus.prom")
        #expect(settings.counters == ["a", "b"])
    }

    @Test(arguments: ["listen = 9464", "listen = here:x", "gateway_listen = ::1:80", "textfile = foqus.prom"])
    func whatIsNoPlaceIsRefused(line: String) {
        let error = #expect(throws: SettingsError.self) { try load("[metrics]\n\(line)\n") }
        #expect(error?.description.contains("[metrics] \(line.split(separator: " ")[0])") == true)
    }
}
