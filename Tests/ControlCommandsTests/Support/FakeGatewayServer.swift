import EventLoop
import FOQUSModel
import HTTPServer
import JSONKit
import TestSupport

@testable import ControlCommands

/// A `FakeGateway` behind a socket: the routes of cloud-protocol 1.4 and 1.5 that foqusctl uses.
struct FakeGatewayServer {
    let gateway: FakeGateway
    let address: String
    /// foqusctl, connected to it as user ann.
    let fixture: ControlFixture

    /// Basic credentials of `ann:secret`.
    private static let authorization = "Basic YW5uOnNlY3JldA=="

    static func with<Result>(
        _ behaviour: FakeGateway.Behaviour = .init(), password: String = "secret",
        _ body: (FakeGatewayServer) async throws -> Result
    ) async throws -> Result {
        try await with(behaviour, password: password, answer: { _ in nil }, body)
    }

    /// - Parameter answer: what to answer instead of the gateway; nil to leave it to the gateway.
    static func with<Result>(
        _ behaviour: FakeGateway.Behaviour = .init(), password: String = "secret",
        answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse?,
        _ body: (FakeGatewayServer) async throws -> Result
    ) async throws -> Result {
        let gateway = FakeGateway(behaviour, simulations: [ListedSimulation(name: "flow", application: "foqus")])
        let server = try HTTPServer.start { request in
            if let answer = answer(request) { return answer }
            guard request.headers["Authorization"] == authorization else {
                return HTTPResponse(status: 403, text: "no")
            }
            return await respond(request, gateway)
        }
        let address = "http://127.0.0.1:\(server.port)"
        let fixture = ControlFixture(address: address, password: password, loop: sharedEventLoop)
        do {
            let result = try await body(FakeGatewayServer(gateway: gateway, address: address, fixture: fixture))
            await server.stop()
            return result
        } catch {
            await server.stop()
            throw error
        }
    }

    private static func respond(_ request: HTTPRequest, _ gateway: FakeGateway) async -> HTTPResponse {
        do throws(ControlError) {
            let answer = try await route(request, gateway)
            return HTTPResponse(
                status: 200, headers: ["Content-Type": "application/json"], body: answer?.serialized() ?? [])
        } catch {
            return HTTPResponse(status: error.code == .notFound ? 404 : 400, text: error.description)
        }
    }

    private static func route(_ request: HTTPRequest, _ gateway: FakeGateway) async throws(ControlError) -> JSON? {
        let path = request.segments
        switch (request.method, path.first, path.count) {
        case ("POST", "session", 1): return .string(try await gateway.createSession().description)
        case ("GET", "session", 1): return .array(try await gateway.sessions().map { .string($0.description) })
        case (_, "session", _):
            return try await session(request, try .argument(path[1]), Array(path.dropFirst(2)), gateway)
        case ("GET", "simulation", 1):
            return .array(
                try await gateway.simulations().map {
                    ["Name": .string($0.name), "Application": .string($0.application), "StagedInputs": []]
                })
        case ("PUT", "simulation", 2):
            let body = (try? JSON.parse(request.body)) ?? .null
            try await gateway.create(.argument(path[1]), application: body["Application"]?.stringValue ?? "")
            return body
        case ("PUT", "simulation", _):
            let rest = path.dropFirst(3).joined(separator: "/")
            guard let file = try? RelativePath(rest) else { throw ControlError(.refused, "bad path \(rest)") }
            try await gateway.upload(
                request.body, as: rest == "configuration" ? .configuration : .file(file), of: .argument(path[1]))
            return nil
        default: throw ControlError(.notFound, "nothing at \(request.path)")
        }
    }

    private static func session(
        _ request: HTTPRequest, _ id: SessionID, _ rest: [String], _ gateway: FakeGateway
    ) async throws(ControlError) -> JSON? {
        switch (request.method, rest.first, rest.count) {
        case ("POST", nil, _):
            let jobs = (try? JSON.parse(request.body))?.arrayValue?.compactMap(\.objectValue) ?? []
            return .array(try await gateway.append(jobs, to: id).map { .string($0.description) })
        case ("POST", "start", _):
            _ = try await gateway.start(id)
            return .array(try await gateway.jobs(of: id).map { .string($0.description) })
        case ("POST", "stop", _):
            try await gateway.stop(id)
            return .string(id.description)
        case ("POST", "kill", _):
            try await gateway.kill(id)
            return .string(id.description)
        case ("GET", nil, _) where request.queryValue("summary") == "true":
            return try await gateway.summary(of: id).json
        case ("GET", nil, _):
            let page = Int(request.queryValue("page") ?? "") ?? 1
            let size = Int(request.queryValue("rpp") ?? "") ?? .max
            let jobs = await gateway.jobs[id, default: []].dropFirst((page - 1) * size).prefix(size)
            return .array(jobs.map { ["Id": .string($0.id.description), "State": .string($0.state.rawValue)] })
        case ("POST", "result", 2): return .int(Int64(try await gateway.makeResultPage(of: id)))
        case ("GET", "result", 3): return .array(try await gateway.resultPage(Int(rest[2]) ?? 0, of: id))
        default: throw ControlError(.notFound, "nothing at \(request.path)")
        }
    }
}
