public import FOQUSModel
import HTTPClient
import JSONKit

extension GatewayClient {
    /// `GET /simulation`.
    ///
    /// - Parameter withFiles: lists the files of each too.
    public func simulations(withFiles: Bool = false) async throws(GatewayClientError) -> [SimulationEntry] {
        let path = RequestPath("simulation").query(["verbose": withFiles ? "true" : nil])
        return try list(await transport.json(.get, path), "GET /simulation") { SimulationEntry($0) }
    }

    /// `GET /simulation/{name}`.
    public func simulation(_ name: SimulationName) async throws(GatewayClientError) -> SimulationEntry {
        let path = RequestPath("simulation", name.description).query(["verbose": "true"])
        return try value(await transport.json(.get, path), "GET /simulation/NAME") { SimulationEntry($0) }
    }

    /// `PUT /simulation/{name}`: makes it; one that exists keeps its files.
    public func createSimulation(
        _ name: SimulationName, application: String
    ) async throws(GatewayClientError) {
        let body: JSON = [
            "Application": .string(application), "StagedInputs": .array([]), "Name": .string(name.description),
        ]
        _ = try await transport.send(
            .put, RequestPath("simulation", name.description), body: body.serialized(),
            contentType: "application/json")
    }

    /// `PUT /simulation/{name}/input/configuration`: the gateway looks into it and names it by its kind.
    public func putConfiguration(
        _ content: [UInt8], of simulation: SimulationName
    ) async throws(GatewayClientError) {
        try await put(content, "configuration", simulation)
    }

    /// `GET /simulation/{name}/input/configuration`.
    public func configuration(of simulation: SimulationName) async throws(GatewayClientError) -> [UInt8] {
        try await transport.send(.get, input("configuration", simulation))
    }

    /// `PUT /simulation/{name}/input/{path}`: a file, byte for byte.
    public func putInput(
        _ content: [UInt8], _ path: RelativePath, of simulation: SimulationName
    ) async throws(GatewayClientError) {
        try await put(content, path, simulation)
    }

    /// `GET /simulation/{name}/input/{path}`: a file, byte for byte.
    public func input(
        _ path: RelativePath, of simulation: SimulationName
    ) async throws(GatewayClientError) -> [UInt8] {
        try await transport.send(.get, input(path, simulation))
    }

    private func put(
        _ content: [UInt8], _ path: some CustomStringConvertible, _ simulation: SimulationName
    ) async throws(GatewayClientError) {
        _ = try await transport.send(
            .put, input(path, simulation), body: content, contentType: "application/octet-stream")
    }

    private func input(_ path: some CustomStringConvertible, _ simulation: SimulationName) -> RequestPath {
        RequestPath("simulation", simulation.description, "input").appending(path: path)
    }
}
