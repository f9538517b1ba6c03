import FOQUSModel
import HTTPServer
import JSONKit
import Stores

/// `/session/{id}/result`: finished jobs, page by page (cloud-protocol 1.4).
///
/// Every finished job is on exactly one page. The generator, an id of the client's, is not looked at.
enum ResultRoutes {
    static let routes = [
        Route(.post, "/session/{id}/result", .open(makeGenerator)),
        Route(.post, "/session/{id}/result/{generator}", .signedIn(makePage)),
        Route(.delete, "/session/{id}/result/{generator}", .signedIn(deleteGenerator)),
        Route(.get, "/session/{id}/result/{generator}/{page}", .signedIn(page)),
    ]

    /// Answers a new id, as the existing cloud does: any id serves as a generator.
    @Sendable private static func makeGenerator(_ context: RouteContext) async throws -> HTTPResponse {
        let id: SessionID = context.services.random.identifier()
        return SessionRoutes.newIdentifier(id)
    }

    /// There is nothing to delete; clients that tidy up get their 200.
    @Sendable private static func deleteGenerator(_ context: RouteContext, _ user: UserName) async throws
        -> HTTPResponse
    {
        _ = try await context.session(of: user)
        return .empty
    }

    /// Puts what has finished since the last call on a new page; answers the last page's number as bare text, 0 for none.
    @Sendable private static func makePage(_ context: RouteContext, _ user: UserName) async throws -> HTTPResponse {
        let session = try await context.session(of: user)
        return .json(.int(Int64(try await context.services.jobs.makeResultPage(of: session.id))))
    }

    /// Answers the finished records of the page, their outputs in full.
    @Sendable private static func page(_ context: RouteContext, _ user: UserName) async throws -> HTTPResponse {
        let session = try await context.session(of: user)
        let text = context.parameter("page")
        guard let number = Int(text), number > 0,
            let jobs = try await context.services.jobs.resultPage(of: session.id, number: number)
        else {
            throw Refusal(404, json: ["Message": .string("no result page number \(text.prefix(32))")])
        }
        let outputs = OutputResolver(services: context.services)
        var answer = JSONArrayWriter(limit: .max)
        for job in jobs { try answer.append(try await outputs.resolved(job).recordJSON()) }
        return answer.response
    }
}
