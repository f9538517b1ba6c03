import Stores
import Threading

/// Keeps what a worker counts.
final class RecordingMetrics: Metrics {
    private let counts = Locked<[WorkerMetric: Int]>([:])

    func count(_ metric: WorkerMetric) { counts.withLock { $0[metric, default: 0] += 1 } }

    private let observed = Locked<[WorkerObservation]>([])

    func observe(_ observation: WorkerObservation) { observed.withLock { $0.append(observation) } }

    var observations: [WorkerObservation] { observed.withLock { $0 } }

    /// How often attempts ended how.
    var outcomes: [JobOutcome: Int] {
        observations.reduce(into: [:]) { counts, observation in
            if case .jobEnded(let outcome, _) = observation { counts[outcome, default: 0] += 1 }
        }
    }

    func number(of metric: WorkerMetric) -> Int { counts.withLock { $0[metric] ?? 0 } }

    /// The ends of jobs by their words, with how often each came.
    var finishes: [String: Int] {
        counts.withLock { counts in
            var finishes: [String: Int] = [:]
            for case (.jobFinish(let event), let count) in counts { finishes[event] = count }
            return finishes
        }
    }
}
