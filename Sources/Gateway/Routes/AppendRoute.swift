import FOQUSModel
import HTTPServer
import Stores

/// `POST /session/{id}`: adds jobs to a session (cloud-protocol 1.4).
///
/// Any number of jobs, all or none. A session that nobody has yet becomes the caller's.
enum AppendRoute {
    static let routes = [Route(.post, "/session/{id}", .signedIn(append))]

    /// Begins every refusal, as the existing cloud words it.
    private static let purpose = "Failed to append jobs"

    @Sendable private static func append(_ context: RouteContext, _ user: UserName) async throws -> HTTPResponse {
        let services = context.services
        let session = try context.sessionID()
        let body = try await context.json(purpose)
        let requests: [JobRequest]
        do { requests = try JobRequest.list(body) } catch { throw Refusal.badRequest("\(purpose): Error: \(error)") }
        let now = services.time.now()
        do {
            _ = try await services.jobs.claimSession(session, owner: user, at: now)
        } catch {
            guard error.code == .conflict else { throw error }
            throw Refusal.noSession(session)
        }
        // The contract's creation times rise by a millisecond from job to job, which keeps them in order.
        let jobs = requests.enumerated().map { index, request in
            request.job(
                id: services.random.identifier(), session: session, user: user, created: now + .milliseconds(index))
        }
        if !jobs.isEmpty { try await services.jobs.append(jobs) }
        return .json(jobs.map(\.id))
    }
}
