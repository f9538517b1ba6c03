import FOQUSModel
import FileKit
import JSONKit
import SQLiteKit
import TestSupport

extension Deployment {
    /// The final states that were published for each job, straight from the topic's table in the store.
    func finalNotifications() async throws -> [JobID: [JobState]] {
        let database = try Database.open(Path.join(store, "foqus.sqlite3"))
        let bodies = try await database.read { connection in
            try connection.query("SELECT body FROM notification ORDER BY sequence") { $0.blob(0) }
        }
        await database.close()
        var states: [JobID: [JobState]] = [:]
        for body in bodies {
            for event in try JSON.parse(body).arrayValue ?? [] {
                guard let job = event["jobid"]?.stringValue.flatMap({ JobID($0) }),
                    let state = event["status"]?.stringValue.flatMap(JobState.init(rawValue:)), state.isFinal
                else { continue }
                states[job, default: []].append(state)
            }
        }
        return states
    }
}
