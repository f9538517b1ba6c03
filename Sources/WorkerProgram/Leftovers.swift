import Configuration
import FOQUSModel
import FileKit
import Logging
import ProcessKit
import Stores
import Threading
import WorkerEngine

/// What an earlier life of this worker left running when it was killed: programs that its jobs had started. They would
/// compute for nobody, beside the next attempt at their job.
enum Leftovers {
    /// Kills them. The state directory must be locked: then nobody works on these attempts.
    static func kill(of journal: SQLiteJournal, _ settings: WorkerSettings, _ logger: Logger) async throws(StoreError) {
        let attempts = Set(try await journal.unfinished().filter { !$0.isComplete }.map(\.record.id.description))
        let runners = Applications.runners(settings) + "/"
        let count = await BlockingPool(name: "leftovers", limit: 1, idleSeconds: 1).run {
            StrayProcesses.kill { cookie in attempts.contains(cookie) || cookie.hasPrefix(runners) }
        }
        if count > 0 { logger.notice("killed what the worker before left running", ["processes": count]) }
    }
}
