import JournalEvents
import Logging
import Stores

/// Repeats store calls through outages until they succeed, and says so once when an outage begins and once when it ends.
struct Persistence: Sendable {
    let time: any TimeSource
    let random: any RandomSource
    let log: Logger
    var backoff = Backoff()
    private let reports = RepeatFilter()

    init(time: any TimeSource, random: any RandomSource, log: Logger) {
        self.time = time
        self.random = random
        self.log = log
    }

    /// Throws `CancellationError` when the task is cancelled while waiting, and every error that waiting cannot heal.
    func insist<Result>(_ body: () async throws(StoreError) -> Result) async throws -> Result {
        var failures = 0
        while true {
            try Task.checkCancellation()
            do throws(StoreError) {
                let result = try await body()
                if let change = reports.change(of: "store", to: nil) {
                    log.notice(
                        "store reached again", ["failures": change.repeats + 1], event: JournalEvent.processorBack)
                }
                return result
            } catch {
                guard error.isTransient else { throw error }
                if reports.change(of: "store", to: error.code.rawValue) != nil {
                    log.warning(
                        "store not reached, trying until it is", ["reason": error],
                        event: JournalEvent.processorFails)
                }
                failures += 1
                try await time.sleep(for: backoff.delay(afterFailures: failures, random))
            }
        }
    }
}
