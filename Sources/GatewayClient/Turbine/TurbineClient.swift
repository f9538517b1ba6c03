public import FOQUSModel
public import HTTPClient
public import JSONKit

/// Speaks to a Turbine gateway, which may be TurbineLite on a Windows host or one of ours.
///
/// Both have the same routes. Their jobs have numbers or GUIDs, their simulations versions or not, and there are states
/// and messages that only one of them has: `TurbineJob` and `TurbineSimulation` take either.
public struct TurbineClient: Sendable {
    /// No byte of an upload may take longer.
    private static let stall: Duration = .seconds(60)

    private let transport: Transport

    /// - Parameters:
    ///   - baseURL: as `http://windows-host:8000/TurbineLite`; a slash at the end makes no difference.
    ///   - credentials: nil for TurbineLite, which has no users.
    ///   - timeout: of one request but an upload, its answer included.
    public init(
        baseURL: String, credentials: GatewayClient.Credentials?, http: HTTPClient, timeout: Duration = .seconds(60)
    ) {
        transport = Transport(baseURL: baseURL, credentials: credentials, http: http, timeout: timeout)
    }

    /// `GET /application/`: the names of what it runs.
    public func applications() async throws(GatewayClientError) -> [String] {
        try list(await transport.json(.get, RequestPath("application").collection), "GET /application/") {
            $0["Name"]?.stringValue
        }
    }

    // MARK: simulations

    /// `GET /simulation/{name}`; nil when there is none.
    public func simulation(_ name: String) async throws(GatewayClientError) -> TurbineSimulation? {
        let json: JSON
        do {
            json = try await transport.json(.get, RequestPath("simulation", name))
        } catch {
            guard error.code == .status(404) else { throw error }
            return nil
        }
        return try value(json, "GET /simulation/NAME") { TurbineSimulation($0) }
    }

    /// `PUT /simulation/{name}`. TurbineLite answers 500 for one that exists.
    public func createSimulation(_ name: String, application: String) async throws(GatewayClientError) {
        let body: JSON = ["Name": .string(name), "Application": .string(application), "StagedInputs": .array([])]
        _ = try await transport.send(
            .put, RequestPath("simulation", name), body: body.serialized(), contentType: "application/json")
    }

    /// `PUT /simulation/{name}/input/{path}`: a file, byte for byte.
    public func putInput(
        _ content: [UInt8], _ path: String, of simulation: String
    ) async throws(GatewayClientError) {
        _ = try await transport.send(
            .put, RequestPath("simulation", simulation, "input").appending(path: path), body: content,
            contentType: "application/octet-stream", stall: Self.stall)
    }

    // MARK: sessions and jobs

    /// `GET /session/{id}`: its jobs with messages and outputs; none when there is no such session.
    public func jobs(of session: SessionID) async throws(GatewayClientError) -> [TurbineJob] {
        let path = path(session).query(["verbose": "true"])
        let json: JSON
        do { json = try await transport.json(.get, path) } catch {
            guard error.code == .status(404) else { throw error }
            return []
        }
        return try list(json, "GET /session/ID") { TurbineJob($0) }
    }

    /// `POST /session/{id}`: adds a job. Makes the session if need be: both kinds of gateways let callers name theirs.
    public func append(_ job: JSONObject, to session: SessionID) async throws(GatewayClientError) -> TurbineJobID {
        let json = try await transport.json(.post, path(session), body: .array([.object(job)]))
        return try value(json, "POST /session/ID") { $0[0].flatMap { TurbineJobID($0) } }
    }

    /// `POST /session/{id}/start`: has its jobs run that wait for that.
    public func start(_ session: SessionID) async throws(GatewayClientError) {
        _ = try await transport.send(.post, path(session).appending(path: "start"))
    }

    /// `GET /job/{id}` with messages and outputs.
    public func job(_ id: TurbineJobID) async throws(GatewayClientError) -> TurbineJob {
        let path = RequestPath("job", id.description).query(["verbose": "true"])
        return try value(await transport.json(.get, path), "GET /job/ID") { TurbineJob($0) }
    }

    /// Ends a job: `POST /job/{number}/terminate` of TurbineLite, which knows no way for those that pause but `POST
    /// /session/{id}/kill`, the only way of ours.
    public func terminate(_ job: TurbineJob, in session: SessionID) async throws(GatewayClientError) {
        if case .number(let number) = job.id, job.state != "pause" {
            _ = try await transport.send(.post, RequestPath("job", "\(number)", "terminate"))
        } else {
            _ = try await transport.send(.post, path(session).appending(path: "kill"))
        }
    }

    /// `DELETE /session/{id}` with its jobs. Our gateways answer 405.
    public func delete(_ session: SessionID) async throws(GatewayClientError) {
        _ = try await transport.send(.delete, path(session))
    }

    private func path(_ session: SessionID) -> RequestPath { RequestPath("session", session.description) }

    private func list<Element>(
        _ json: JSON, _ request: String, _ element: (JSON) -> Element?
    ) throws(GatewayClientError) -> [Element] {
        guard let array = json.arrayValue else { throw GatewayClientError(unexpected: json, request: request) }
        var list: [Element] = []
        for json in array { list.append(try value(json, request, element)) }
        return list
    }

    private func value<Value>(
        _ json: JSON, _ request: String, _ read: (JSON) -> Value?
    ) throws(GatewayClientError) -> Value {
        guard let value = read(json) else { throw GatewayClientError(unexpected: json, request: request) }
        return value
    }
}
