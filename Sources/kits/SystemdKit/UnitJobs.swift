import EventLoop
import Glibc
import Threading

/// How a job of systemd ended.
public struct UnitJobResult: RawRepresentable, Sendable, Hashable {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public static let done = UnitJobResult(rawValue: "done")
    public static let failed = UnitJobResult(rawValue: "failed")
    public static let timeout = UnitJobResult(rawValue: "timeout")
    /// Another job took its place.
    public static let canceled = UnitJobResult(rawValue: "canceled")
    /// A unit that it needs failed.
    public static let dependency = UnitJobResult(rawValue: "dependency")
    /// Nothing was to be done.
    public static let skipped = UnitJobResult(rawValue: "skipped")

    public var isSuccess: Bool { self == .done || self == .skipped }
}

/// The jobs that somebody waits for. A job may be removed before who queued it has its name: what is removed meanwhile is
/// kept.
final class UnitJobs: Sendable {
    private typealias Waiter = CheckedContinuation<Result<UnitJobResult, BusError>, Never>

    private struct State {
        var waiting: [String: Waiter] = [:]
        var removed: [String: UnitJobResult] = [:]
        /// Calls under way that will name a job.
        var queueing = 0
        var hasEnded = false
    }

    private let state = Locked(State())

    /// Queues a job by `queue`, whose answer names it, and waits for its end.
    func run(
        _ method: String, _ queue: () async throws(BusError) -> [BusValue]
    ) async throws(BusError) -> UnitJobResult {
        state.withLock { $0.queueing += 1 }
        let name: String
        do throws(BusError) {
            guard let path = try await queue().first?.stringValue else {
                throw BusError(code: EBADMSG, "read the answer of \(method)")
            }
            name = path
        } catch {
            doneQueueing()
            throw error
        }
        return try await wait(for: name, operation: "wait for the job of \(method)")
    }

    /// On the loop.
    func removed(_ signal: BusSignal) {
        guard signal.arguments.count == 4, let path = signal.arguments[1].stringValue,
            let result = signal.arguments[3].stringValue.map(UnitJobResult.init(rawValue:))
        else { return }
        let waiter = state.withLock { state -> Waiter? in
            if let waiter = state.waiting.removeValue(forKey: path) { return waiter }
            if state.queueing > 0 { state.removed[path] = result }
            return nil
        }
        waiter?.resume(returning: .success(result))
    }

    /// How many jobs are waited for.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// There will be no more signals.
    func end() {
        let waiters = state.withLock { state in
            state.hasEnded = true
            defer { state.waiting = [:] }
            return state.waiting
        }
        for waiter in waiters.values { waiter.resume(returning: .failure(Self.lost)) }
    }

    private func wait(for name: String, operation: String) async throws(BusError) -> UnitJobResult {
        let outcome: Result<UnitJobResult, BusError> = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let known = state.withLock { state -> Result<UnitJobResult, BusError>? in
                    defer { Self.doneQueueing(&state) }
                    if let result = state.removed.removeValue(forKey: name) { return .success(result) }
                    if state.hasEnded { return .failure(Self.lost) }
                    if Task.isCancelled { return .failure(Self.cancelled(operation)) }
                    state.waiting[name] = waiter
                    return nil
                }
                if let known { waiter.resume(returning: known) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiting.removeValue(forKey: name) }
            waiter?.resume(returning: .failure(Self.cancelled(operation)))
        }
        return try outcome.get()
    }

    private func doneQueueing() { state.withLock { Self.doneQueueing(&$0) } }

    private static func doneQueueing(_ state: inout State) {
        state.queueing -= 1
        if state.queueing == 0 { state.removed = [:] }
    }

    private static let lost = BusError(code: ECONNRESET, "wait for a job of systemd")
    private static func cancelled(_ operation: String) -> BusError { BusError(code: ECANCELED, operation) }
}
