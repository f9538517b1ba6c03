import FOQUSModel
import HTTPServer
import JSONKit
import Stores

/// `/session/{id}/job/{job}/files`: the files that a job made. Beyond the contract.
enum JobFileRoutes {
    static let routes = [
        Route(.get, "/session/{id}/job/{job}/files", .signedIn(list)),
        Route(.get, "/session/{id}/job/{job}/files/{path+}", .signedIn(file)),
    ]

    /// Answers `[{"Name":path,"Size":bytes,"ETag":text}]`.
    @Sendable private static func list(_ context: RouteContext, _ user: UserName) async throws -> HTTPResponse {
        let job = try await job(context, user)
        let prefix = ObjectKeys.jobFiles(job.user, job.session, job.id)
        let files = try await context.services.objects.listAll(prefix: prefix, in: .sessions, limit: 10_000)
        return .json(
            .array(
                files.map { file in
                    [
                        "Name": .string(String(file.key.dropFirst(prefix.count))), "Size": .int(Int64(file.size)),
                        "ETag": .string(file.etag),
                    ]
                }))
    }

    @Sendable private static func file(_ context: RouteContext, _ user: UserName) async throws -> HTTPResponse {
        let path = try context.relativePath()
        let job = try await job(context, user)
        do {
            return .bytes(
                try await context.services.objects.get(
                    ObjectKeys.jobFile(job.user, job.session, job.id, path), in: .sessions))
        } catch {
            guard error.code == .notFound else { throw error }
            throw Refusal.notFound("job \(job.id) has no file \(path)")
        }
    }

    private static func job(_ context: RouteContext, _ user: UserName) async throws -> Job {
        let session = try await context.session(of: user)
        let id: JobID = try context.identifier("job", context.parameter("job"))
        guard let job = try await context.services.jobs.job(id), job.session == session.id, job.user == user else {
            throw Refusal.noJob(id)
        }
        return job
    }
}
