import FOQUSModel
import HTTPServer
import JSONKit
import Stores

/// `/session`: the sessions of a user (cloud-protocol 1.4).
enum SessionRoutes {
    static let routes = [
        Route(.post, "/session", .welcoming(create)),
        Route(.get, "/session", .signedIn(list)),
    ]

    /// Answers a new id in double quotes. Nothing is stored for a caller without credentials: nobody could ever be
    /// told to clean that up.
    @Sendable private static func create(_ context: RouteContext, _ user: UserName?) async throws -> HTTPResponse {
        let services = context.services
        let id: SessionID = services.random.identifier()
        if let user { _ = try await services.jobs.claimSession(id, owner: user, at: services.time.now()) }
        return newIdentifier(id)
    }

    /// `application/text` and quotes are the contract's.
    static func newIdentifier(_ id: some UUIDIdentifier) -> HTTPResponse {
        HTTPResponse(
            status: 200, headers: ["Content-Type": "application/text"], body: JSON.string(id.description).serialized())
    }

    /// The ids, oldest first.
    @Sendable private static func list(_ context: RouteContext, _ user: UserName) async throws -> HTTPResponse {
        let paging = try Paging(context)
        var ids: [SessionID] = []
        var isEnd = false
        while !isEnd, paging.map({ ids.count < $0.offset + $0.limit }) ?? true {
            let page = try await context.services.jobs.sessions(of: user, after: ids.last, limit: 1000)
            ids += page.map(\.id)
            isEnd = page.count < 1000
        }
        return .json(paging?.part(of: ids) ?? ids)
    }
}
