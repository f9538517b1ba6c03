import HTTPServer
import JSONKit

/// `GET /application`: what can be run (cloud-protocol 1.5).
enum ApplicationRoute {
    static let routes = [Route(.get, "/application", .open(list))]

    private static let contract: [(name: String, input: String)] = [
        ("foqus", "flowsheet"), ("AspenPlus", "aspenfile"), ("ACM", "aspenfile"),
    ]

    /// The contract's three, then those of the settings.
    @Sendable private static func list(_ context: RouteContext) async throws -> HTTPResponse {
        let fixed = contract.map { entry($0.name, [$0.input]) }
        let known = Set(contract.map { $0.name.lowercased() })
        let configured = context.services.applications.filter { !known.contains($0.name.lowercased()) }
        return .json(.array(fixed + configured.map { entry($0.name, $0.inputs) }))
    }

    private static func entry(_ name: String, _ inputs: [String]) -> JSON {
        ["Name": .string(name), "Inputs": .array(inputs.map { .string($0) })]
    }
}
