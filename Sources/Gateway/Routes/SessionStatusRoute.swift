import FOQUSModel
import HTTPServer
import JSONKit
import Stores

/// `GET /session/{id}`: how the jobs of a session stand (cloud-protocol 1.4).
///
/// Beyond the contract: `?summary=true` answers counts only, `?page=N&rpp=M` a part, `?verbose=true` outputs too.
enum SessionStatusRoute {
    static let routes = [Route(.get, "/session/{id}", .signedIn(status))]

    @Sendable private static func status(_ context: RouteContext, _ user: UserName) async throws -> HTTPResponse {
        let paging = try Paging(context)
        let session = try await context.session(of: user)
        if context.flag("summary") {
            return .json(try await context.services.jobs.summary(of: session.id).json)
        }
        var answer = JSONArrayWriter(limit: context.services.limits.answerBytes)
        let outputs = context.flag("verbose") ? OutputResolver(services: context.services) : nil
        try await forEachJob(of: session.id, paging, in: context.services.jobs) { job in
            try answer.append(await outputs?.resolved(job).statusJSON(withOutput: true) ?? job.statusJSON())
        }
        return answer.response
    }

    /// Reads the jobs in batches, so that a session of any length takes little memory beside the answer.
    private static func forEachJob(
        of session: SessionID, _ paging: Paging?, in table: any JobTable, _ body: (Job) async throws -> Void
    ) async throws {
        var offset = paging?.offset ?? 0
        let end = paging.map { $0.offset + $0.limit } ?? .max
        while offset < end {
            let count = min(1000, end - offset)
            let jobs = try await table.jobs(of: session, offset: offset, limit: count)
            for job in jobs { try await body(job) }
            guard jobs.count == count else { return }
            offset += count
        }
    }
}

/// Writes an array of JSON values as they come, up to a size.
struct JSONArrayWriter {
    private var bytes = [UInt8(ascii: "[")]
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Throws a refusal that tells how to ask for less.
    mutating func append(_ value: JSON) throws(Refusal) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        value.write(to: &bytes)
        guard bytes.count < limit else {
            throw .badRequest("the answer has more than \(limit) bytes; ask for a part, as ?page=1&rpp=100")
        }
    }

    var response: HTTPResponse {
        HTTPResponse(
            status: 200, headers: ["Content-Type": "application/json"], body: bytes + [UInt8(ascii: "]")])
    }
}
