import FOQUSModel
import JSONKit
import Stores

/// A user's simulations, as the objects in the bucket tell of them.
struct SimulationCatalogue: Sendable {
    struct Simulation: Sendable {
        let name: SimulationName
        /// Full keys, in order.
        var keys: [String]
    }

    let objects: any ObjectStore
    let user: UserName

    /// In the order of their keys. Lists every file of the user once, a thousand a call.
    func all() async throws(StoreError) -> [Simulation] {
        let prefix = "\(user)/"
        var found: [Simulation] = []
        try await forEachKey(prefix) { key in
            let parts = key.dropFirst(prefix.count).split(separator: "/", maxSplits: 1)
            guard parts.count == 2, let name = try? SimulationName(String(parts[0])) else { return }
            if found.last?.name == name {
                found[found.count - 1].keys.append(key)
            } else {
                found.append(Simulation(name: name, keys: [key]))
            }
        }
        return found
    }

    func simulation(_ name: SimulationName) async throws(StoreError) -> Simulation? {
        var simulation = Simulation(name: name, keys: [])
        try await forEachKey(ObjectKeys.simulation(user, name)) { simulation.keys.append($0) }
        return simulation.keys.isEmpty ? nil : simulation
    }

    /// `{"Name","Application","StagedInputs"}`. A simulation without a configuration of a known kind is what it was made
    /// for; files that nobody made a simulation for have the empty application.
    func entry(_ simulation: Simulation, withFiles: Bool) async throws(StoreError) -> JSON {
        let prefix = ObjectKeys.simulation(user, simulation.name)
        let keys = Set(simulation.keys)
        var application = SimulationKind.known.first { keys.contains(prefix + $0.configurationFile) }?.listedName
        if application == nil {
            application = try await SimulationFiles(objects: objects, user: user, name: simulation.name).application()
        }
        let files: [JSON] = withFiles ? simulation.keys.map { ["Name": .string($0)] } : []
        return [
            "Name": .string(simulation.name.description), "Application": .string(application ?? ""),
            "StagedInputs": .array(files),
        ]
    }

    private func forEachKey(_ prefix: String, _ body: (String) -> Void) async throws(StoreError) {
        var after: String?
        repeat {
            let page = try await objects.list(prefix: prefix, in: .simulations, after: after, limit: 1000)
            for object in page.objects { body(object.key) }
            after = page.next
        } while after != nil
    }
}
