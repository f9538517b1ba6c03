import Configuration
import FOQUSModel
import FileKit
import Logging
import ProcessKit
import Stores
import Threading
import WorkerEngine

/// What an earlier life of this worker left when it was killed: programs that its jobs had started, which would compute
/// for nobody beside the next attempt at their job, and the folders of its runners.
enum Leftovers {
    /// Kills and removes them. The state directory must be locked: then nobody works on these attempts.
    static func clear(of journal: SQLiteJournal, _ settings: WorkerSettings, _ logger: Logger) async throws(StoreError)
    {
        let attempts = Set(try await journal.unfinished().filter { !$0.isComplete }.map(\.record.id.description))
        let folder = Applications.runners(settings)
        let count = await BlockingPool(name: "leftovers", limit: 1, idleSeconds: 1).run {
            let count = StrayProcesses.kill { cookie in attempts.contains(cookie) || cookie.hasPrefix(folder + "/") }
            try? Directory.removeTree(folder)
            return count
        }
        if count > 0 { logger.notice("killed what the worker before left running", ["processes": count]) }
    }
}
