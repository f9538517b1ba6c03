import CMicrohttpd
import Threading

/// libmicrohttpd's connection; its suspend and resume calls lock for themselves.
struct Connection: @unchecked Sendable {
    let pointer: OpaquePointer
}

/// One request on its way from the first line to the last byte of the answer.
///
/// libmicrohttpd's thread and the task of the handler meet here. Whoever brings an answer first (the handler, a refusal, a
/// stop that waits no longer) wins; a later one finds the exchange answered and is dropped, as the connection may be
/// gone by then.
final class Exchange: Sendable {
    /// What libmicrohttpd's thread is to do next.
    enum Turn: Sendable {
        /// The connection is suspended until the answer is there.
        case wait
        case send(HTTPResponse)
    }

    private enum Phase {
        case receiving
        case suspended(Connection, Task<Void, Never>)
        case answered(HTTPResponse)
    }

    private struct State {
        var phase = Phase.receiving
        var headersSeen = false
        var body: [UInt8] = []
        /// Bytes that arrived, also those of a body that is only read to be thrown away.
        var received = 0
        /// Set when the request is refused while its body is still coming.
        var refusal: HTTPResponse?
    }

    let target: String
    private let state = Locked(State())

    init(target: String) { self.target = target }

    /// True at the first call.
    func takeHeaders() -> Bool {
        state.withLock { state in
            defer { state.headersSeen = true }
            return !state.headersSeen
        }
    }

    /// Answers with `response` once the body, which is no longer kept, has come in.
    func refuse(_ response: HTTPResponse) {
        state.withLock { state in
            state.refusal = response
            state.body = []
        }
    }

    func expectBody(_ count: Int) { state.withLock { $0.body.reserveCapacity(count) } }

    /// Takes a piece of the body.
    /// - Parameter refusal: becomes the answer when the body grows over `limit`.
    /// - Returns: all bytes so far.
    func receive(_ piece: UnsafeRawBufferPointer, limit: Int, else refusal: @autoclosure () -> HTTPResponse) -> Int {
        state.withLock { state in
            state.received += piece.count
            if state.received > limit, state.refusal == nil {
                state.refusal = refusal()
                state.body = []
            }
            if state.refusal == nil { state.body.append(contentsOf: piece) }
            return state.received
        }
    }

    var refusal: HTTPResponse? { state.withLock { $0.refusal } }

    var answer: HTTPResponse? {
        state.withLock { state in
            if case .answered(let response) = state.phase { response } else { nil }
        }
    }

    func takeBody() -> [UInt8] {
        state.withLock { state in
            defer { state.body = [] }
            return state.body
        }
    }

    /// Suspends `connection` and starts the handler, unless an answer came first. Call on libmicrohttpd's thread.
    func begin(_ connection: Connection, handler: @escaping @Sendable () async -> HTTPResponse) -> Turn {
        state.withLock { state in
            if case .answered(let response) = state.phase { return .send(response) }
            MHD_suspend_connection(connection.pointer)
            // Inside the lock, so that the task's answer finds the phase set.
            let task = Task { self.deliver(await handler()) }
            state.phase = .suspended(connection, task)
            return .wait
        }
    }

    func deliver(_ response: HTTPResponse) {
        state.withLock { state in
            switch state.phase {
            case .receiving: state.phase = .answered(response)
            case .suspended(let connection, _):
                state.phase = .answered(response)
                MHD_resume_connection(connection.pointer)  // libmicrohttpd calls the access handler again
            case .answered: break
            }
        }
    }

    /// Answers in place of the handler and cancels it.
    func abandon(_ response: HTTPResponse) {
        let task = state.withLock { state -> Task<Void, Never>? in
            if case .suspended(_, let task) = state.phase { task } else { nil }
        }
        deliver(response)
        task?.cancel()
    }
}
