import CommandLineKit
import Configuration
import EmbeddedStores
import EventLoop
import Gateway
import HTTPServer
import Logging
import Stores

/// `check-config`: every setting with its origin, then one harmless call to each thing the gateway needs.
enum ConfigurationCheck {
    static func run(_ settings: FOQUSSettings) async throws -> ExitCode {
        var check = try SettingsCheck(of: settings)
        // What root made in the store would be closed to the gateway.
        try StoreOwner.become(ownerOf: settings.store.directory)
        try await check.check("store \(settings.store.directory)") {
            let loop = EventLoop.start(name: "check")
            defer { loop.stop() }
            let backend = try await EmbeddedBackend.open(
                directory: try settings.store.embeddedDirectory(for: "foqus-gateway"),
                options: settings.store.options(role: .tool), loop: loop)
            let users = try await backend.users.users()
            await backend.close()
            return users.isEmpty ? "no user yet; make one with foqusctl" : "\(users.count) users"
        }
        try await check.check("address") { try await listen(settings.gateway) }
        return check.exitCode()
    }

    /// Listens for a moment, which also checks certificate and key.
    private static func listen(_ settings: GatewaySettings) async throws -> String {
        let options = try settings.options(Logger(label: "", sink: NullSink()))
        let server = try HTTPServer.start(options.http) { _ in HTTPResponse(status: 503) }
        await server.stop()
        return "\(settings.address):\(server.port) is free, \(settings.tls == nil ? "plain HTTP" : "HTTPS")"
    }
}
