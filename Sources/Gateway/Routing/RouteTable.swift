/// Every route of the gateway; the first that matches answers.
struct RouteTable: Sendable {
    static let gateway = RouteTable(
        routes: HealthRoute.routes + ApplicationRoute.routes
            + SessionRoutes.routes + SessionStatusRoute.routes + AppendRoute.routes + SessionActionRoutes.routes
            + ResultRoutes.routes + JobRoutes.routes + JobFileRoutes.routes
            + SimulationRoutes.routes + SimulationInputRoutes.routes)

    enum Match {
        case route(Route, parameters: [String: String])
        /// The path exists, with these methods.
        case otherMethods([Route.Method])
        case none
    }

    let routes: [Route]

    /// - Parameters:
    ///   - method: `HEAD` is looked up as `GET`.
    ///   - segments: decoded, without empty ones.
    func match(method: String, segments: [String]) -> Match {
        let wanted = method == "HEAD" ? "GET" : method
        var allowed: [Route.Method] = []
        for route in routes {
            guard let parameters = route.pattern.match(segments) else { continue }
            if route.method.rawValue == wanted { return .route(route, parameters: parameters) }
            if !allowed.contains(route.method) { allowed.append(route.method) }
        }
        return allowed.isEmpty ? .none : .otherMethods(allowed)
    }
}
