import FOQUSModel
import HTTPServer
import Stores

/// `GET /job/{id}`: one job, for the real client's `turbine_job_script -j` (cloud-protocol 5.3).
///
/// `?verbose=true` answers the output too.
enum JobRoutes {
    static let routes = [Route(.get, "/job/{job}", .signedIn(status))]

    @Sendable private static func status(_ context: RouteContext, _ user: UserName) async throws -> HTTPResponse {
        let id: JobID = try context.identifier("job", context.parameter("job"))
        guard let job = try await context.services.jobs.job(id), job.user == user else { throw Refusal.noJob(id) }
        guard context.flag("verbose") else { return .json(job.statusJSON()) }
        let resolved = try await OutputResolver(services: context.services).resolved(job)
        return .json(resolved.statusJSON(withOutput: true))
    }
}
