import EventLoop
import JSONKit

/// How a run ended, as far as the runner can tell.
enum RunEnd: Sendable, Equatable {
    case result(RunnerResult)
    /// It was not over long after its timeout, so runner and run were killed.
    case overdue
    /// The task was cancelled, and the run is over.
    case cancelled
    /// The runner is gone, and the run with it.
    case died(String, afterStart: Bool)
}

extension Runner {
    /// How long a runner is waited for before it is killed with its run.
    struct Patience: Sendable {
        /// To begin with a job that it was given, or to refuse it.
        var taking = Duration.seconds(60)
        /// To confirm the end of a cancelled run.
        var confirmation = Duration.seconds(1)
        /// To tell the end of a run after the timeout that it was given.
        var lateness = Duration.seconds(5)
    }

    /// Waits until it can serve. Killed when it takes longer than `limit`.
    func awaitReady(within limit: Duration) async throws(RunnerFailure) {
        switch await arrival(within: limit) {
        case .event(.ready(let pid, let version)):
            enginePID = pid
            engine = version
        case .event(.failed(let message)):
            await kill(because: message)
            throw .cannotStart(message)
        case .event(let event): throw .died(await misconduct(event, "before it was ready"))
        case .nothing:
            let reason = "it was not ready after \(limit)\(stderrClause)"
            await kill(because: reason)
            throw .cannotStart(reason)
        case .ended(let reason): throw .cannotStart(reason)
        }
    }

    /// Loads a simulation. Killed when it takes longer than `limit`.
    func load(_ simulation: JSONObject, within limit: Duration) async throws(RunnerFailure) {
        send(.load(simulation))
        switch await arrival(within: limit) {
        case .event(.loaded): return
        case .event(.loadFailed(let message)), .event(.rejected(_, let message)): throw .refused(message)
        case .event(let event): throw .died(await misconduct(event, "instead of loaded"))
        case .nothing:
            let reason = "it took longer than \(limit)\(stderrClause)"
            await kill(because: reason)
            throw .hung(reason)
        case .ended(let reason): throw .died(reason)
        }
    }

    /// Runs one job of the loaded simulation to its end. When the task is cancelled, the run is ended.
    ///
    /// - Parameter started: called when the model begins.
    func run(_ request: RunRequest, patience: Patience, started: @Sendable () -> Void) async -> RunEnd {
        jobs += 1
        current = request.id
        send(.run(request))
        let end = await withTaskCancellationHandler {
            await follow(request, patience, started: started)
        } onCancel: {
            Task { await self.end(request.id, confirmedWithin: patience.confirmation) }
        }
        current = nil
        // What works for the run ends with it.
        service?.cancel()
        await service?.value
        return end
    }

    private func follow(
        _ request: RunRequest, _ patience: Patience, started: @Sendable () -> Void
    ) async -> RunEnd {
        let id = request.id
        var hasStarted = false
        // Calls and their answers do not put it off.
        var deadline: ContinuousClock.Instant?
        while true {
            let left = deadline.map { max(.zero, ContinuousClock.now.duration(to: $0)) }
            switch await arrival(within: hasStarted ? left : patience.taking) {
            case .event(.started(id)) where !hasStarted:
                hasStarted = true
                deadline = request.timeout.map { ContinuousClock.now + $0 + patience.lateness }
                started()
            case .event(.call(id, let call)) where hasStarted && service == nil && request.answerer != nil:
                serve(call, of: request)
            case .event(.result(id, let result)):
                return result.status == .terminate && Task.isCancelled ? .cancelled : .result(result)
            case .event(let event): _ = await misconduct(event, "during a run")
            case .nothing where hasStarted:
                await kill(because: "the run was overdue")
                return Task.isCancelled ? .cancelled : .overdue
            case .nothing: await kill(because: "it did not take a job within \(patience.taking)")
            case .ended(let reason):
                return Task.isCancelled ? .cancelled : .died(reason, afterStart: hasStarted)
            }
        }
    }

    private func serve(_ call: RunnerCall, of request: RunRequest) {
        service = Task {
            guard let answer = await request.answerer?(call) else { return }
            service = nil
            // A cancelled run is ended, and not by what its call came to.
            if current == request.id, !Task.isCancelled { send(.answer(request.id, call: call.number, answer)) }
        }
    }

    /// Asks for the end of a run, and kills everything when that is not confirmed soon.
    private func end(_ id: String, confirmedWithin limit: Duration) async {
        guard current == id else { return }
        service?.cancel()
        send(.terminate(id))
        try? await loop.sleep(for: limit)
        if current == id { await kill(because: "it did not end a cancelled run") }
    }

    /// Kills a runner that said something out of turn. Returns what it did.
    private func misconduct(_ event: RunnerEvent, _ circumstance: String) async -> String {
        let reason = "the runner sent \(event) \(circumstance)"
        await kill(because: reason)
        return reason
    }
}
