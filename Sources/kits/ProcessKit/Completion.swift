import Threading

/// A value that comes once, for any number of waiters.
final class Completion<Value: Sendable>: Sendable {
    private enum State {
        case pending([CheckedContinuation<Value, Never>])
        case done(Value)
    }

    private let state = Locked(State.pending([]))

    func value() async -> Value {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                switch state {
                case .done(let value): continuation.resume(returning: value)
                case .pending(let waiters): state = .pending(waiters + [continuation])
                }
            }
        }
    }

    func complete(_ value: Value) {
        let waiters = state.withLock { state -> [CheckedContinuation<Value, Never>] in
            guard case .pending(let waiters) = state else { return [] }
            state = .done(value)
            return waiters
        }
        for waiter in waiters { waiter.resume(returning: value) }
    }
}
