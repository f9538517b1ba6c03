import FOQUSModel
import HTTPServer
import JSONKit
import Stores

/// `GET /healthz`: whether the gateway can do its work, for load balancers and service managers.
enum HealthRoute {
    static let routes = [Route(.get, "/healthz", .open(health))]

    /// 200, or 503 when a store cannot be reached: `{"status":"ok","stores":{"table":"ok","objects":"ok","queue":"ok"}}`.
    @Sendable private static func health(_ context: RouteContext) async throws -> HTTPResponse {
        let services = context.services
        let nobody = SessionID(UUIDText(random: [UInt8](repeating: 0, count: 16)))
        let stores: JSONObject = [
            "table": await state { () async throws(StoreError) in _ = try await services.jobs.session(nobody) },
            "objects": await state { () async throws(StoreError) in
                _ = try await services.objects.info("healthz", in: .simulations)
            },
            "queue": await state { () async throws(StoreError) in _ = try await services.queue.statistics() },
        ]
        let isWell = stores.allSatisfy { $0.value == "ok" }
        return .json(["status": isWell ? "ok" : "failing", "stores": .object(stores)], status: isWell ? 200 : 503)
    }

    private static func state(_ probe: () async throws(StoreError) -> Void) async -> JSON {
        do {
            try await probe()
            return "ok"
        } catch {
            return .string(error.code.rawValue)
        }
    }
}
