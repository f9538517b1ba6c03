import FOQUSModel
import Stores
import Threading

@testable import Gateway

/// Decides which store calls fail.
final class FaultPlan: Sendable {
    private struct State {
        var code: StoreError.Code?
        /// Calls that fail before the store is in order again; nil for all.
        var remaining: Int?
        /// The operation that fails; nil for every one.
        var operation: String?
        var failed = 0
    }

    private let state = Locked(State())

    /// Calls that failed so far.
    var failures: Int { state.withLock { $0.failed } }

    /// From now on, `count` calls of `operation` fail with `code`; nil stands for all.
    func fail(_ code: StoreError.Code, only operation: String? = nil, times count: Int? = nil) {
        state.withLock { state in
            state.code = code
            state.operation = operation
            state.remaining = count
        }
    }

    func recover() { state.withLock { $0.code = nil } }

    func check(_ operation: String) throws(StoreError) {
        let code: StoreError.Code? = state.withLock { state in
            guard let code = state.code, state.remaining != 0, state.operation ?? operation == operation else {
                return nil
            }
            if let remaining = state.remaining { state.remaining = remaining - 1 }
            state.failed += 1
            return code
        }
        if let code { throw StoreError(code, operation, "the test wants it so") }
    }
}

/// A job table and dispatcher whose calls fail as planned.
struct FaultyJobTable: JobTable, JobDispatcher {
    let base: any JobTable & JobDispatcher
    let plan: FaultPlan

    func claimSession(_ id: SessionID, owner: UserName?, at time: Timestamp) async throws(StoreError) -> Session {
        try plan.check("claim")
        return try await base.claimSession(id, owner: owner, at: time)
    }
    func session(_ id: SessionID) async throws(StoreError) -> Session? {
        try plan.check("look up")
        return try await base.session(id)
    }
    func sessions(of owner: UserName, after: SessionID?, limit: Int) async throws(StoreError) -> [Session] {
        try plan.check("list")
        return try await base.sessions(of: owner, after: after, limit: limit)
    }
    func summary(of session: SessionID) async throws(StoreError) -> SessionSummary {
        try plan.check("summarise")
        return try await base.summary(of: session)
    }
    func append(_ jobs: [Job]) async throws(StoreError) {
        try plan.check("append")
        try await base.append(jobs)
    }
    func job(_ id: JobID) async throws(StoreError) -> Job? {
        try plan.check("look up a job")
        return try await base.job(id)
    }
    func snapshots(of ids: [JobID]) async throws(StoreError) -> [JobID: JobSnapshot] {
        try await base.snapshots(of: ids)
    }
    func jobs(of session: SessionID, offset: Int, limit: Int) async throws(StoreError) -> [Job] {
        try await base.jobs(of: session, offset: offset, limit: limit)
    }
    func apply(_ updates: [JobUpdate]) async throws(StoreError) -> [UpdateOutcome] {
        try plan.check("apply")
        return try await base.apply(updates)
    }
    func terminate(_ session: SessionID, at time: Timestamp) async throws(StoreError) -> [JobID] {
        try await base.terminate(session, at: time)
    }
    func stop(_ session: SessionID, at time: Timestamp) async throws(StoreError) -> [JobID] {
        try await base.stop(session, at: time)
    }
    func makeResultPage(of session: SessionID) async throws(StoreError) -> Int {
        try await base.makeResultPage(of: session)
    }
    func resultPage(of session: SessionID, number: Int) async throws(StoreError) -> [Job]? {
        try await base.resultPage(of: session, number: number)
    }
    func consumers(activeSince time: Timestamp) async throws(StoreError) -> [Consumer] {
        try await base.consumers(activeSince: time)
    }
    func start(_ session: SessionID, at time: Timestamp) async throws(StoreError) -> [JobID] {
        try plan.check("start")
        return try await base.start(session, at: time)
    }
}

extension GatewayServices {
    /// The same with a job table that fails as planned, and delays that take no time.
    func failing(_ plan: FaultPlan, _ base: any JobTable & JobDispatcher) -> GatewayServices {
        let table = FaultyJobTable(base: base, plan: plan)
        return GatewayServices(
            jobs: table, dispatcher: table, queue: queue, objects: objects, users: users, time: HastyTime(),
            random: random, applications: applications, limits: limits, log: log)
    }
}

/// The machine's clocks, with sleeps cut to a millisecond.
struct HastyTime: TimeSource {
    private let system = SystemTime()

    func now() -> Timestamp { system.now() }
    func instant() -> Instant { system.instant() }
    func sleep(for duration: Duration) async throws { try await Task.sleep(for: min(duration, .milliseconds(1))) }
}
