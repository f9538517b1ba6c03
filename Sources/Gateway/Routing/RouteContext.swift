import FOQUSModel
import HTTPServer
import JSONKit
import Stores
import Threading

/// One request on its way through a route.
struct RouteContext: Sendable {
    let request: HTTPRequest
    /// The path's parameters, percent-decoded.
    let parameters: [String: String]
    let services: GatewayServices

    /// A parameter of the route's pattern.
    func parameter(_ name: String) -> String { parameters[name] ?? "" }

    /// Whether a query asks for something: `verbose=True`, `verbose=1` and `verbose` do, `verbose=False` and `verbose=0`
    /// do not (turbineclient sends `True` and `False`).
    func flag(_ name: String) -> Bool {
        guard let value = request.queryValue(name)?.lowercased() else { return false }
        return value != "false" && value != "0"
    }

    /// Whether a query parameter is there, whatever its value.
    func has(_ name: String) -> Bool { request.queryValue(name) != nil }

    func sessionID() throws(Refusal) -> SessionID { try identifier("session", parameter("id")) }

    func identifier<ID: UUIDIdentifier>(_ kind: String, _ text: String) throws(Refusal) -> ID {
        guard let id = ID(text) else {
            throw .badRequest("\(kind) id \"\(text.prefix(64))\" is not a UUID")
        }
        return id
    }

    func simulationName() throws(Refusal) -> SimulationName {
        do { return try SimulationName(parameter("name")) } catch { throw .badRequest(error.description) }
    }

    /// The parameter `path`, which cannot lead out of its folder.
    func relativePath() throws(Refusal) -> RelativePath {
        do { return try RelativePath(parameter("path")) } catch { throw .badRequest(error.description) }
    }

    /// The session of the path, if it is this user's. Another's is answered as one that does not exist.
    func session(of user: UserName) async throws -> Session {
        let id = try sessionID()
        guard let session = try await services.jobs.session(id), session.owner == user else {
            throw Refusal.noSession(id)
        }
        return session
    }

    /// The body as JSON; `purpose` begins the refusal, as `Failed to append jobs`.
    func json(_ purpose: String) async throws(Refusal) -> JSON {
        let body = request.body
        let parse = { @Sendable () throws(JSONError) -> JSON in try JSON.parse(body, maxDepth: 128) }
        do {
            // A large body takes long enough to keep other requests waiting.
            return body.count < 1 << 20 ? try parse() : try await services.workers.run(parse)
        } catch {
            throw .badRequest("\(purpose): Error: the body is not JSON: \(error)")
        }
    }
}
