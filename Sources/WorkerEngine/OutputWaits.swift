import FOQUSModel
import JSONKit
import Logging
import Stores

/// Outputs that must show in the table before their jobs' ends may be told. The table is asked for all of them
/// together, each less and less often.
actor OutputWaits {
    private struct Wait {
        let job: JobID
        let output: JSON
        let deadline: Instant
        var pause: Duration
        var next: Instant
        let continuation: CheckedContinuation<Void, Never>
    }

    /// How long an output is waited for: then its notification is lost, or nobody processes them, and the job's end
    /// must not wait for ever.
    static let patience = Duration.seconds(30)
    /// The notification has a topic and a function before it.
    private static let firstPause = Duration.milliseconds(50)
    private static let longestPause = Duration.seconds(2)
    /// What is due within this is asked for together.
    private static let gathering = Duration.milliseconds(25)
    /// Jobs asked for in one call.
    private static let limit = 100

    private let outputs: any OutputWatch
    private let time: any TimeSource
    private let logger: Logger
    private var waits: [Int: Wait] = [:]
    private var number = 0
    private var asking: Task<Void, Never>?

    init(outputs: any OutputWatch, time: any TimeSource, logger: Logger) {
        self.outputs = outputs
        self.time = time
        self.logger = logger
    }

    /// Returns when the table has the output, after `patience`, or when the task is cancelled.
    func wait(for output: JSON, of job: JobID) async {
        number += 1
        let number = number
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled { return continuation.resume() }
                let now = time.instant()
                waits[number] = Wait(
                    job: job, output: output, deadline: now + Self.patience, pause: Self.firstPause,
                    next: now + Self.firstPause, continuation: continuation)
                if asking == nil { asking = Task { await ask() } }
            }
        } onCancel: {
            Task { await self.end(number) }
        }
    }

    private func end(_ number: Int) { waits.removeValue(forKey: number)?.continuation.resume() }

    /// Goes on as long as somebody waits.
    private func ask() async {
        while let next = waits.values.map(\.next).min() {
            try? await time.sleep(for: max(.milliseconds(1), next - time.instant() + Self.gathering))
            let now = time.instant()
            let due = waits.filter { $0.value.next <= now }.prefix(Self.limit)
            guard !due.isEmpty else { continue }
            // Two attempts at one job: the later round asks for the other.
            let asked = Dictionary(due.map { ($0.value.job, $0.value.output) }) { first, _ in first }
            // A table out of reach is asked again; the patience is the same.
            let shown = (try? await outputs.shown(asked)) ?? []
            let later = time.instant()
            for (number, wait) in due {
                if shown.contains(wait.job), asked[wait.job] == wait.output {
                    end(number)
                } else if later >= wait.deadline {
                    logger.warning(
                        "the output has not come to the table", ["job": wait.job, "waited": Self.patience])
                    end(number)
                } else {
                    waits[number]?.pause = min(wait.pause * 2, Self.longestPause)
                    waits[number]?.next = later + wait.pause
                }
            }
        }
        asking = nil
    }
}
