import FOQUSModel
import JSONKit
import Stores

/// The files of one simulation in the simulation bucket.
struct SimulationFiles: Sendable {
    let objects: any ObjectStore
    let user: UserName
    let name: SimulationName

    /// What `PUT /simulation` was told.
    static let description = "meta.json"
    private static let emptyConfiguration = Array("{}".utf8)

    func key(_ path: RelativePath) -> String { ObjectKeys.simulationFile(user, name, path) }

    private func key(file: String) -> String { ObjectKeys.simulation(user, name) + file }

    func put(_ content: [UInt8], _ path: RelativePath) async throws(StoreError) {
        _ = try await objects.put(content, to: key(path), in: .simulations)
    }

    func get(_ path: RelativePath) async throws(StoreError) -> [UInt8] {
        try await objects.get(key(path), in: .simulations)
    }

    func putDescription(_ content: [UInt8]) async throws(StoreError) {
        _ = try await objects.put(content, to: key(file: Self.description), in: .simulations)
    }

    /// The application that the simulation was made for; nil when it was not made, or files were put without making it.
    func application() async throws(StoreError) -> String? {
        guard let content = try await content(Self.description), let json = try? JSON.parse(content) else { return nil }
        return json["Application"]?.stringValue
    }

    /// The configuration, whatever its kind; the contract's order decides where there are several.
    func configuration() async throws(StoreError) -> [UInt8]? {
        for kind in SimulationKind.known {
            if let content = try await content(kind.configurationFile) { return content }
        }
        return nil
    }

    /// Leaves an empty configuration of `kind` unless the simulation has one, of whatever kind.
    func makeConfiguration(_ kind: SimulationKind) async throws(StoreError) {
        for other in SimulationKind.known where other != kind {
            guard let content = try await content(other.configurationFile) else { continue }
            guard content == Self.emptyConfiguration else { return }
            try await objects.delete([key(file: other.configurationFile)], in: .simulations)
        }
        do {
            _ = try await objects.put(
                Self.emptyConfiguration, to: key(file: kind.configurationFile), in: .simulations, if: .ifAbsent)
        } catch {
            guard error.code == .conflict else { throw error }
            return
        }
    }

    /// Stores the configuration and removes those of other kinds, which it replaces.
    func putConfiguration(_ content: [UInt8], _ kind: SimulationKind) async throws(StoreError) {
        _ = try await objects.put(content, to: key(file: kind.configurationFile), in: .simulations)
        let others = SimulationKind.known.filter { $0 != kind }.map { key(file: $0.configurationFile) }
        try await objects.delete(others, in: .simulations)
    }

    private func content(_ file: String) async throws(StoreError) -> [UInt8]? {
        do { return try await objects.get(key(file: file), in: .simulations) } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }
}
