import FOQUSModel
public import HTTPServer
import Logging
import Stores

/// The web services API: answers one request after the other, each by itself.
public struct Gateway: Sendable {
    private let services: GatewayServices
    private let authenticator: Authenticator
    private let base: BasePath
    private let table = RouteTable.gateway

    /// - Parameter basePath: a prefix that paths may carry, as the stage `/dev`; empty for none.
    public init(services: GatewayServices, basePath: String = "") {
        self.services = services
        authenticator = Authenticator(services: services)
        base = BasePath(basePath)
    }

    /// Answers a request. Whatever happens, there is an answer.
    public func respond(to request: HTTPRequest) async -> HTTPResponse {
        let start = services.time.instant()
        var caller = Caller()
        var response: HTTPResponse
        do {
            response = try await answer(request, &caller)
        } catch {
            response = refusal(for: error, request).response
        }
        CrossOrigin.allow(&response)
        let duration = services.time.instant() - start
        services.metrics.answered(request.method, caller.route, status: response.status, took: duration)
        services.log.debug(
            "request",
            [
                "method": request.method, "path": request.path, "status": response.status,
                "user": caller.user?.description ?? "-",
                "milliseconds": duration.wholeMilliseconds,
            ])
        return response
    }

    /// Who calls what, once that is known.
    private struct Caller {
        var user: UserName?
        /// The route's pattern.
        var route: String?
    }

    private func answer(_ request: HTTPRequest, _ caller: inout Caller) async throws -> HTTPResponse {
        let segments = base.resource(of: request.segments)
        switch table.match(method: request.method, segments: segments) {
        case .route(let route, let parameters):
            caller.route = route.pattern.text
            let context = RouteContext(request: request, parameters: parameters, services: services)
            switch route.handler {
            case .open(let handle): return try await handle(context)
            case .welcoming(let handle):
                caller.user = try await authenticator.optionalUser(request)
                return try await handle(context, caller.user)
            case .signedIn(let handle):
                let user = try await authenticator.user(request)
                caller.user = user
                return try await handle(context, user)
            }
        case .otherMethods where request.method == "OPTIONS": return CrossOrigin.preflight
        case .otherMethods(let allowed): throw Refusal.methodNotAllowed(request.method, allowed: allowed)
        case .none: throw Refusal.notFound("there is nothing at \(request.path.prefix(200))")
        }
    }

    private func refusal(for error: any Error, _ request: HTTPRequest) -> Refusal {
        if let refusal = error as? Refusal { return refusal }
        if error is CancellationError { return .busy("the gateway is stopping, try again", retryAfter: 5) }
        if let failure = error as? StoreError, let refusal = Refusal(failure) {
            services.log.warning(
                "request refused", ["method": request.method, "path": request.path, "reason": failure])
            return refusal
        }
        let id = UUIDText(random: services.random.bytes(16)).description
        services.log.error(
            "request failed", ["id": id, "method": request.method, "path": request.path, "reason": "\(error)"])
        return Refusal(500, "internal error \(id); the gateway's log says more under this id")
    }
}
