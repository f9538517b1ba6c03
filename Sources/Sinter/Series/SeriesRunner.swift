/// Runs one after another in one simulator.
public struct SeriesRunner: Sendable {
    /// What is done to the simulator between two runs.
    public enum Renewal: Sendable, Hashable {
        /// The model is opened anew, as ConsoleSinter does: no run sees what another left in it.
        case reset
        /// The simulator is started anew.
        case relaunch
        /// Nothing. The fastest; for models that compute nothing but from their inputs.
        case none
    }

    private let simulator: any SinterSimulator
    private let renewal: Renewal
    private let timeLimit: Duration?

    /// - Parameter timeLimit: for each run; nil for none.
    public init(_ simulator: any SinterSimulator, renewal: Renewal = .reset, timeLimit: Duration? = nil) {
        self.simulator = simulator
        self.renewal = renewal
        self.timeLimit = timeLimit
    }

    /// Makes all runs, whatever becomes of each, and closes the simulator.
    ///
    /// A run that fails or loses the simulator does not touch the next: the simulator is opened again for it. Only when
    /// that is not possible, the rest ends with `couldNotContact`.
    /// - Parameters:
    ///   - runs: those with an error have been refused and are not made.
    ///   - ended: is told of each end.
    public func run(
        _ runs: [Result<PreparedRun, SinterError>], ended: (RunOutcome) -> Void = { _ in }
    ) async -> SeriesOutcome {
        var state = State.closed
        var unavailable: String?
        var outcomes: [RunOutcome] = []
        outcomes.reserveCapacity(runs.count)
        for run in runs {
            let outcome: RunOutcome
            switch (run, unavailable) {
            case (.failure(let error), _):
                outcome = RunOutcome(run: nil, status: .inputError, messages: error.errors.map(\.description))
            case (.success(let prepared), let reason?):
                outcome = RunOutcome(run: prepared, status: .couldNotContact, messages: [reason])
            case (.success(let prepared), nil):
                outcome = await make(prepared, &state)
                if outcome.status == .couldNotContact { unavailable = outcome.messages.last }
            }
            outcomes.append(outcome)
            ended(outcome)
        }
        await simulator.close()
        return SeriesOutcome(runs: outcomes, unavailable: unavailable)
    }

    private enum State {
        case closed
        /// Open, and not used since.
        case fresh
        case used
    }

    private func make(_ run: PreparedRun, _ state: inout State) async -> RunOutcome {
        do throws(SimulatorFailure) {
            try await prepare(&state)
            state = .used
            let result = try await simulator.run(run, timeLimit: timeLimit)
            return RunOutcome(
                run: run, status: result.status, outputs: result.outputs, messages: result.messages)
        } catch {
            await simulator.close()
            state = .closed
            let status: RunStatus =
                switch error.code {
                case .unavailable: .couldNotContact
                case .lost: .simulationError
                case .timeout: .stopped
                }
            return RunOutcome(run: run, status: status, messages: [error.description])
        }
    }

    /// Opens or renews the simulator as the next run needs it.
    private func prepare(_ state: inout State) async throws(SimulatorFailure) {
        switch (state, renewal) {
        case (.fresh, _), (.used, .none): return
        case (.used, .reset):
            do throws(SimulatorFailure) {
                return try await simulator.reset()
            } catch {
                // What cannot be reset is started anew.
                await simulator.close()
                try await simulator.open()
            }
        case (.used, .relaunch):
            await simulator.close()
            try await simulator.open()
        case (.closed, _): try await simulator.open()
        }
        state = .fresh
    }
}
