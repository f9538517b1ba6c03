import FOQUSModel
import HTTPServer
import JSONKit
import Stores

/// `GET /healthz`: whether the gateway can do its work, for load balancers and service managers.
enum HealthRoute {
    static let routes = [Route(.get, "/healthz", .open(health))]

    /// 200, or 503 when a store cannot be reached: `{"status":"ok","stores":{"table":"ok","objects":"ok","queue":"ok"}}`.
    @Sendable private static func health(_ context: RouteContext) async throws -> HTTPResponse {
        let stores = JSONObject(await context.services.states().map { ($0.store, .string($0.state)) })
        let isWell = stores.allSatisfy { $0.value == "ok" }
        return .json(["status": isWell ? "ok" : "failing", "stores": .object(stores)], status: isWell ? 200 : 503)
    }
}

extension GatewayServices {
    /// The stores that cannot be reached, with the code of the reason: `queue: unavailable`. Empty when all is well.
    public func problems() async -> [String] {
        await states().filter { $0.state != "ok" }.map { "\($0.store): \($0.state)" }
    }

    /// `ok`, or the code of the error that a harmless call gives.
    fileprivate func states() async -> [(store: String, state: String)] {
        let nobody = SessionID(UUIDText(random: [UInt8](repeating: 0, count: 16)))
        return [
            ("table", await Self.state { () async throws(StoreError) in _ = try await jobs.session(nobody) }),
            (
                "objects",
                await Self.state { () async throws(StoreError) in
                    _ = try await objects.info("healthz", in: .simulations)
                }
            ),
            ("queue", await Self.state { () async throws(StoreError) in _ = try await queue.statistics() }),
        ]
    }

    private static func state(_ probe: () async throws(StoreError) -> Void) async -> String {
        do {
            try await probe()
            return "ok"
        } catch {
            return error.code.rawValue
        }
    }
}
