import FileKit
import Threading

/// The configurations of simulations that jobs ran lately: a large one takes longer to read than many a model runs.
final class SinterSimulations: Sendable {
    private struct Entry {
        let fingerprint: String
        let simulation: SinterSimulation
    }

    private static let limit = 64
    /// By folder; the one used last comes last.
    private let entries = Locked<[Entry]>([])

    /// The simulation of a job. Blocking.
    func simulation(of job: JobRun) throws(SimulationError) -> SinterSimulation {
        let known = entries.withLock { entries -> SinterSimulation? in
            guard
                let index = entries.lastIndex(where: {
                    $0.fingerprint == job.fingerprint && $0.simulation.directory == job.simulationDirectory
                })
            else { return nil }
            let entry = entries.remove(at: index)
            entries.append(entry)
            return entry.simulation
        }
        if let known { return known }
        let simulation = try SinterSimulation(directory: job.simulationDirectory, named: job.configuration)
        entries.withLock { entries in
            if entries.count == Self.limit { entries.removeFirst() }
            entries.append(Entry(fingerprint: job.fingerprint, simulation: simulation))
        }
        return simulation
    }
}
