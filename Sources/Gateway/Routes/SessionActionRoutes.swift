import FOQUSModel
import HTTPServer
import JSONKit
import Logging
import Stores

/// `POST /session/{id}/start`, `/stop`, `/kill` (cloud-protocol 1.4).
enum SessionActionRoutes {
    static let routes = [
        Route(.post, "/session/{id}/start", .signedIn(start)),
        Route(.post, "/session/{id}/stop", .signedIn(stop)),
        Route(.post, "/session/{id}/kill", .signedIn(kill)),
    ]

    /// Answers the ids of the jobs that this call submitted: each job is in the answer of one call only.
    @Sendable private static func start(_ context: RouteContext, _ user: UserName) async throws -> HTTPResponse {
        let session = try await context.session(of: user)
        return .json(try await context.services.dispatcher.start(session.id, at: context.services.time.now()))
    }

    @Sendable private static func stop(_ context: RouteContext, _ user: UserName) async throws -> HTTPResponse {
        let session = try await context.session(of: user)
        let jobs = try await context.services.jobs.stop(session.id, at: context.services.time.now())
        context.services.log.info("session stopped", ["session": session.id, "user": user, "jobs": jobs.count])
        return .json(.string(session.id.description))
    }

    @Sendable private static func kill(_ context: RouteContext, _ user: UserName) async throws -> HTTPResponse {
        let session = try await context.session(of: user)
        let jobs = try await context.services.jobs.terminate(session.id, at: context.services.time.now())
        context.services.log.info("session killed", ["session": session.id, "user": user, "jobs": jobs.count])
        return .json(.string(session.id.description))
    }
}
