import FOQUSModel
import FileKit
import JSONKit
import SQLiteKit
import TestSupport

/// What was published about jobs, straight from the topic's table in a store.
enum StoredUpdates {
    /// The states of each job, in their order, repeated ones too.
    static func states(in store: String) async throws -> [JobID: [JobState]] {
        let database = try Database.open(Path.join(store, "foqus.sqlite3"))
        let bodies = try await database.read { connection in
            try connection.query("SELECT body FROM notification ORDER BY sequence") { $0.blob(0) }
        }
        await database.close()
        var states: [JobID: [JobState]] = [:]
        for body in bodies {
            for event in try JSON.parse(body).arrayValue ?? [] {
                guard let job = event["jobid"]?.stringValue.flatMap({ JobID($0) }),
                    let state = event["status"]?.stringValue.flatMap(JobState.init(rawValue:))
                else { continue }
                states[job, default: []].append(state)
            }
        }
        return states
    }
}

extension Deployment {
    /// The final states that were published for each job.
    func finalNotifications() async throws -> [JobID: [JobState]] {
        try await StoredUpdates.states(in: store).mapValues { $0.filter(\.isFinal) }.filter { !$0.value.isEmpty }
    }
}
