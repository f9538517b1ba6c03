import FOQUSModel
import HTTPServer
import JSONKit
import Stores

/// `/simulation`: the models of a user (cloud-protocol 1.5).
enum SimulationRoutes {
    static let routes = [
        Route(.get, "/simulation", .signedIn(list)),
        Route(.get, "/simulation/{name}", .signedIn(describe)),
        Route(.put, "/simulation/{name}", .signedIn(create)),
    ]

    /// Answers `[{"Name","Application","StagedInputs"}]`; `verbose` lists the files in StagedInputs.
    @Sendable private static func list(_ context: RouteContext, _ user: UserName) async throws -> HTTPResponse {
        let paging = try Paging(context)
        let catalogue = SimulationCatalogue(objects: context.services.objects, user: user)
        let all = try await catalogue.all()
        var entries: [JSON] = []
        for simulation in paging?.part(of: all) ?? all {
            entries.append(try await catalogue.entry(simulation, withFiles: context.flag("verbose")))
        }
        return .json(.array(entries))
    }

    @Sendable private static func describe(_ context: RouteContext, _ user: UserName) async throws -> HTTPResponse {
        let name = try context.simulationName()
        let catalogue = SimulationCatalogue(objects: context.services.objects, user: user)
        guard let simulation = try await catalogue.simulation(name) else {
            throw Refusal.notFound("there is no simulation \(name); create it with PUT /simulation/NAME")
        }
        return .json(try await catalogue.entry(simulation, withFiles: context.flag("verbose")))
    }

    /// Makes the simulation, or notes the new description of one that exists; a configuration is never reset.
    @Sendable private static func create(_ context: RouteContext, _ user: UserName) async throws -> HTTPResponse {
        let purpose = "Failed to create simulation"
        let name = try context.simulationName()
        let body = try await context.json(purpose)
        guard let application = body["Application"]?.stringValue else {
            throw Refusal.badRequest("\(purpose): Error: the body is not a JSON object with a string Application")
        }
        let kind = SimulationKind.named(application)
        guard
            kind != nil
                || context.services.applications.contains(where: { $0.name.lowercased() == application.lowercased() })
        else {
            let known = SimulationKind.known.map(\.application) + context.services.applications.map(\.name)
            throw Refusal.badRequest(
                "\(purpose): Error: Application \"\(application.prefix(64))\" is not one of \(known.joined(separator: ", "))"
            )
        }
        let files = SimulationFiles(objects: context.services.objects, user: user, name: name)
        if let kind { try await files.makeConfiguration(kind) }
        try await files.putDescription(context.request.body)
        return HTTPResponse(
            status: 200, headers: ["Content-Type": "application/json"], body: context.request.body)
    }
}
