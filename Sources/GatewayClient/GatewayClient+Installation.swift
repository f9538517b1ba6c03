import HTTPClient
import JSONKit

extension GatewayClient {
    /// `GET /application`.
    public func applications() async throws(GatewayClientError) -> [ApplicationEntry] {
        try list(await transport.json(.get, RequestPath("application")), "GET /application") { ApplicationEntry($0) }
    }

    /// `GET /healthz`. A gateway that is not well answers too: only one that cannot be reached throws.
    public func health() async throws(GatewayClientError) -> GatewayHealth {
        do {
            let json = try await transport.json(.get, RequestPath("healthz"))
            return try value(json, "GET /healthz", Self.health)
        } catch {
            guard error.code == .status(503), let json = try? JSON.parse(error.text) else { throw error }
            return try value(json, "GET /healthz", Self.health)
        }
    }

    private static func health(_ json: JSON) -> GatewayHealth? {
        guard let status = json["status"]?.stringValue, let stores = json["stores"]?.objectValue else { return nil }
        return GatewayHealth(
            isWell: status == "ok",
            stores: Dictionary(uniqueKeysWithValues: stores.map { ($0.key, $0.value.stringValue ?? "") }))
    }
}
