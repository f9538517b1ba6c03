public import FOQUSModel
import HTTPClient
public import JSONKit

extension GatewayClient {
    /// `POST /session`.
    public func createSession() async throws(GatewayClientError) -> SessionID {
        try value(await transport.json(.post, RequestPath("session")), "POST /session", Self.identifier)
    }

    /// `GET /session`: the user's sessions, oldest first.
    public func sessions() async throws(GatewayClientError) -> [SessionID] {
        try list(await transport.json(.get, RequestPath("session")), "GET /session", Self.identifier)
    }

    /// `POST /session/{id}`: adds jobs, all or none. Returns their ids in the same order. Not repeatable.
    public func append(_ jobs: [JSONObject], to session: SessionID) async throws(GatewayClientError) -> [JobID] {
        let body = JSON.array(jobs.map { .object($0) })
        return try list(
            await transport.json(.post, path(session), body: body), "POST /session/ID", Self.identifier)
    }

    /// `POST /session/{id}/start`: returns the jobs that this call put on the queue.
    public func start(_ session: SessionID) async throws(GatewayClientError) -> [JobID] {
        try list(
            await transport.json(.post, path(session).appending(path: "start")), "POST /session/ID/start",
            Self.identifier)
    }

    /// `POST /session/{id}/stop`: takes waiting jobs off the queue; a start puts them back.
    public func stop(_ session: SessionID) async throws(GatewayClientError) {
        _ = try await transport.send(.post, path(session).appending(path: "stop"))
    }

    /// `POST /session/{id}/kill`: ends every job that is not finished.
    public func kill(_ session: SessionID) async throws(GatewayClientError) {
        _ = try await transport.send(.post, path(session).appending(path: "kill"))
    }

    /// `GET /session/{id}?summary=true`: how many jobs stand where.
    public func summary(of session: SessionID) async throws(GatewayClientError) -> SessionSummary {
        let path = path(session).query(["summary": "true"])
        return try value(await transport.json(.get, path), "GET /session/ID") { SessionSummary($0) }
    }

    /// `GET /session/{id}`: jobs in the order they were appended.
    ///
    /// - Parameters:
    ///   - page: from 1; nil for all jobs.
    ///   - size: jobs a page, up to 10,000.
    ///   - withOutput: outputs too; the gateway refuses answers that get too large.
    public func jobs(
        of session: SessionID, page: Int? = nil, size: Int? = nil, withOutput: Bool = false
    ) async throws(GatewayClientError) -> [JobStatus] {
        let path = path(session).query([
            "page": page.map(String.init), "rpp": size.map(String.init), "verbose": withOutput ? "true" : nil,
        ])
        return try list(await transport.json(.get, path), "GET /session/ID") { JobStatus($0) }
    }

    /// `GET /job/{id}`.
    public func job(_ id: JobID, withOutput: Bool = false) async throws(GatewayClientError) -> JobStatus {
        let path = RequestPath("job", id.description).query(["verbose": withOutput ? "true" : nil])
        return try value(await transport.json(.get, path), "GET /job/ID") { JobStatus($0) }
    }

    func path(_ session: SessionID) -> RequestPath { RequestPath("session", session.description) }
}
