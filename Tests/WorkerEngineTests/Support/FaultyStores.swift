import FOQUSModel
import FileKit
import JSONKit
import Stores
import Threading
import WorkerEngine

/// Says when a store fails, and lets a test turn that on and off.
final class Fault: Sendable {
    private let error = Locked<StoreError?>(nil)

    func set(_ code: StoreError.Code?) {
        error.withLock { $0 = code.map { StoreError($0, "reach the store", "the test says so") } }
    }

    func check() throws(StoreError) {
        if let error = error.withLock({ $0 }) { throw error }
    }
}

/// Lets a test take the messages that a worker holds away from it, as another worker would that finishes them.
final class Theft: Sendable {
    private struct State {
        var isDue = false
        var wasTaken = false
        var renewals = 0
    }

    private let state = Locked(State())

    /// At the next renewal.
    func steal() { state.withLock { $0.isDue = true } }

    var wasTaken: Bool { state.withLock { $0.wasTaken } }
    /// Calls that renewed leases so far.
    var renewals: Int { state.withLock { $0.renewals } }

    func take() -> Bool {
        state.withLock { state in
            state.renewals += 1
            defer { state.isDue = false }
            if state.isDue { state.wasTaken = true }
            return state.isDue
        }
    }
}

struct FaultyQueue: JobQueue {
    let wrapped: any JobQueue
    let theft: Theft

    func send(_ messages: [OutgoingMessage]) async throws(StoreError) { try await wrapped.send(messages) }

    func receive(limit: Int, visibility: Duration, wait: Duration) async throws(StoreError) -> [ReceivedMessage] {
        try await wrapped.receive(limit: limit, visibility: visibility, wait: wait)
    }

    func extend(_ leases: [Lease], visibility: Duration) async throws(StoreError) -> Set<Lease> {
        if theft.take() { _ = try await wrapped.acknowledge(leases) }
        return try await wrapped.extend(leases, visibility: visibility)
    }

    func acknowledge(_ leases: [Lease]) async throws(StoreError) -> Set<Lease> {
        try await wrapped.acknowledge(leases)
    }

    func release(_ leases: [Lease], delay: Duration, countsAsAttempt: Bool) async throws(StoreError) -> Set<Lease> {
        try await wrapped.release(leases, delay: delay, countsAsAttempt: countsAsAttempt)
    }

    func statistics() async throws(StoreError) -> QueueStatistics { try await wrapped.statistics() }
}

struct FaultyNotifier: Notifier {
    let wrapped: any Notifier
    let fault: Fault
    let alerts: Locked<[Notification]>
    /// All that was published, in order.
    let told: Locked<[Notification]>

    func publish(_ notifications: [OutgoingNotification]) async throws(StoreError) {
        try fault.check()
        if notifications.contains(where: { $0.notification.body[0]?["value"]?["tooLarge"] == true }) {
            throw StoreError(.invalid, "publish", "one of them is too large")
        }
        alerts.withLock { $0 += notifications.map(\.notification).filter { $0.topic == .alert } }
        try await wrapped.publish(notifications)
        told.withLock { $0 += notifications.map(\.notification) }
    }
}

/// A workspace that says that its disk is full while the fault is set.
struct FaultyWorkspace: Workspace {
    let wrapped: any Workspace
    let fault: Fault

    func hasSpace() async -> Bool {
        do throws(StoreError) { try fault.check() } catch { return false }
        return await wrapped.hasSpace()
    }

    func listing(of simulation: SimulationName, user: UserName) async throws(StoreError) -> SimulationListing {
        try await wrapped.listing(of: simulation, user: user)
    }

    func stage(_ listing: SimulationListing) async throws(StoreError) -> StagedSimulation {
        try await wrapped.stage(listing)
    }

    func unpin(_ simulation: StagedSimulation) async { await wrapped.unpin(simulation) }
    func path(of attempt: AttemptID) -> String { wrapped.path(of: attempt) }

    func prepare(
        _ attempt: AttemptID, simulation: StagedSimulation,
        furnish: @escaping @Sendable (_ directory: String) throws(FileError) -> Set<String>
    ) async throws(StoreError) -> JobFolder {
        try await wrapped.prepare(attempt, simulation: simulation, furnish: furnish)
    }

    func write(_ content: [UInt8], to relativePath: String, in folder: JobFolder) async throws(StoreError) {
        try await wrapped.write(content, to: relativePath, in: folder)
    }

    func harvest(_ folder: JobFolder) async throws(StoreError) -> [GeneratedFile] { try await wrapped.harvest(folder) }
    func remove(path: String) async throws(StoreError) { try await wrapped.remove(path: path) }
    func holds(path: String) async -> Bool { await wrapped.holds(path: path) }

    func removeAll(except attempts: Set<AttemptID>) async throws(StoreError) {
        try await wrapped.removeAll(except: attempts)
    }
}

struct FaultyObjects: ObjectStore {
    let wrapped: any ObjectStore
    let fault: Fault

    func put(_ content: [UInt8], to key: String, in bucket: Bucket, if condition: PutCondition)
        async throws(StoreError) -> String
    {
        try fault.check()
        return try await wrapped.put(content, to: key, in: bucket, if: condition)
    }

    func put(file path: String, to key: String, in bucket: Bucket, if condition: PutCondition)
        async throws(StoreError) -> String
    {
        try fault.check()
        return try await wrapped.put(file: path, to: key, in: bucket, if: condition)
    }

    func get(_ key: String, in bucket: Bucket) async throws(StoreError) -> [UInt8] {
        try await wrapped.get(key, in: bucket)
    }

    func get(_ key: String, in bucket: Bucket, toFile path: String) async throws(StoreError) -> ObjectInfo {
        try await wrapped.get(key, in: bucket, toFile: path)
    }

    func info(_ key: String, in bucket: Bucket) async throws(StoreError) -> ObjectInfo? {
        try await wrapped.info(key, in: bucket)
    }

    func list(prefix: String, in bucket: Bucket, after: String?, limit: Int) async throws(StoreError) -> ObjectListing {
        try await wrapped.list(prefix: prefix, in: bucket, after: after, limit: limit)
    }

    func delete(_ keys: [String], in bucket: Bucket) async throws(StoreError) {
        try await wrapped.delete(keys, in: bucket)
    }
}

struct FaultyJournal: AttemptJournal {
    let wrapped: any AttemptJournal
    let fault: Fault

    func begin(_ attempts: [BegunAttempt]) async throws(StoreError) {
        try fault.check()
        try await wrapped.begin(attempts)
    }

    func append(_ effects: [JournaledEffect], to attempt: AttemptID) async throws(StoreError) {
        try fault.check()
        try await wrapped.append(effects, to: attempt)
    }

    func complete(_ attempt: AttemptID, effects: [JournaledEffect]) async throws(StoreError) {
        try fault.check()
        try await wrapped.complete(attempt, effects: effects)
    }

    func delivered(files: [AttemptID: [Int64]], finished: [AttemptID]) async throws(StoreError) {
        try fault.check()
        try await wrapped.delivered(files: files, finished: finished)
    }

    func unfinished() async throws(StoreError) -> [UnfinishedAttempt] {
        try fault.check()
        return try await wrapped.unfinished()
    }

    func close() async { await wrapped.close() }
}
