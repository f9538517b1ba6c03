import FOQUSModel
import HTTPServer
import JSONKit
import Stores

/// `/simulation/{name}/input/{path}`: the files of a simulation, byte for byte (cloud-protocol 1.5).
///
/// The path `configuration` stands for the configuration file, whose name follows from what it says.
enum SimulationInputRoutes {
    static let routes = [
        Route(.get, "/simulation/{name}/input/{path+}", .signedIn(get)),
        Route(.put, "/simulation/{name}/input/{path+}", .signedIn(put)),
    ]

    @Sendable private static func put(_ context: RouteContext, _ user: UserName) async throws -> HTTPResponse {
        let files = try files(context, user)
        let path = try context.relativePath()
        if context.has("SignedUrl") {
            throw Refusal.badRequest("PUT SignedUrl no longer supported, use POST with method=putObject")
        }
        guard path.description == "configuration" else {
            try await files.put(context.request.body, path)
            return .empty
        }
        try await putConfiguration(context, files)
        return .empty
    }

    private static func putConfiguration(_ context: RouteContext, _ files: SimulationFiles) async throws {
        let body = context.request.body
        // FOQUS is written in Python, whose sessions may hold NaN.
        let json: JSON
        do { json = try JSON.parse(body, options: .lenientNumbers) } catch {
            throw Refusal.badRequest("Failed to parse as JSON: the configuration of \(files.name): \(error)")
        }
        if let kind = SimulationKind.of(configuration: json) {
            return try await files.putConfiguration(body, kind)
        }
        // An application of the settings has a configuration of its own kind.
        let application = try await files.application()
        guard let application, SimulationKind.named(application) == nil else {
            throw Refusal.badRequest(
                "Inspection of \(files.name)/configuration failed to identify configuration file type;"
                    + " it must be a FOQUS session or a sinter configuration")
        }
        try await files.put(body, try RelativePath("configuration"))
    }

    @Sendable private static func get(_ context: RouteContext, _ user: UserName) async throws -> HTTPResponse {
        let files = try files(context, user)
        let path = try context.relativePath()
        if path.description == "configuration" {
            if context.has("SignedUrl") {
                throw Refusal(406, "SignedUrl is not possible for configuration; leave it out")
            }
            if let content = try await files.configuration() { return .bytes(content) }
        }
        do {
            return .bytes(try await files.get(path))
        } catch {
            guard error.code == .notFound else { throw error }
            throw Refusal.notFound(
                path.description == "configuration" ? "input file not found" : "No such file: \(files.key(path))")
        }
    }

    private static func files(_ context: RouteContext, _ user: UserName) throws(Refusal) -> SimulationFiles {
        SimulationFiles(objects: context.services.objects, user: user, name: try context.simulationName())
    }
}
