import CMicrohttpd
import Glibc
import Threading

/// What libmicrohttpd's callbacks work on: takes requests in, starts handlers, sends answers.
final class Reception: Sendable {
    private struct State {
        var stopping = false
        /// Requests that were given to the handler and whose answers are not out yet.
        var open: [ObjectIdentifier: Exchange] = [:]
        var idleWaiter: CheckedContinuation<Void, Never>?
    }

    private let handler: HTTPServer.Handler
    private let bodyLimit: Int
    private let diagnose: @Sendable (String) -> Void
    private let state = Locked(State())

    init(options: HTTPServer.Options, handler: @escaping HTTPServer.Handler) {
        self.handler = handler
        bodyLimit = options.bodyLimit
        diagnose = options.onDiagnostic
    }

    // MARK: libmicrohttpd's thread

    /// Called with the headers, then for each piece of the body, then when it is complete, then after each resumption.
    func access(
        _ connection: OpaquePointer, _ method: UnsafePointer<CChar>, _ exchange: Exchange,
        data: UnsafePointer<CChar>?, size: inout Int
    ) -> MHD_Result {
        if exchange.takeHeaders() { return admit(exchange, connection) }
        if size > 0 {
            let piece = UnsafeRawBufferPointer(start: data, count: size)
            size = 0
            let received = exchange.receive(piece, limit: bodyLimit, else: tooLarge)
            // No answer can be queued in the middle of a body; one without end has to be cut off.
            return received > drainLimit ? .NO : .YES
        }
        if let answer = exchange.answer ?? exchange.refusal { return send(answer, connection) }
        guard let target = RequestTarget(exchange.target) else { return send(Self.badTarget, connection) }
        guard enter(exchange) else { return send(Self.stopping, connection) }
        let request = HTTPRequest(
            method: String(cString: method), target: target, headers: Self.headers(connection),
            body: exchange.takeBody(),
            remoteAddress: shim_mhd_client_address(connection).map { String(numericAddress: $0) } ?? "")
        let handler = handler
        switch exchange.begin(Connection(pointer: connection), handler: { await handler(request) }) {
        case .wait: return .YES
        case .send(let answer): return send(answer, connection)
        }
    }

    func completed(_ exchange: Exchange) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.open[ObjectIdentifier(exchange)] = nil
            return state.open.isEmpty ? state.idleWaiter.take() : nil
        }
        waiter?.resume()
    }

    // MARK: stopping

    /// From now on requests are refused and connections closed after their answer. False when it was so before.
    func beginStopping() -> Bool {
        state.withLock { state in
            defer { state.stopping = true }
            return !state.stopping
        }
    }

    /// Returns when every answer is out, or after `limit`.
    func waitUntilIdle(atMost limit: Duration) async {
        var timer: Task<Void, any Error>?
        await withCheckedContinuation { continuation in
            let idle = state.withLock { state in
                if !state.open.isEmpty { state.idleWaiter = continuation }
                return state.open.isEmpty
            }
            if idle { return continuation.resume() }
            // Only now: a short limit could be over before there is anybody to tell.
            timer = Task {
                try await Task.sleep(for: limit)
                state.withLock { $0.idleWaiter.take() }?.resume()
            }
        }
        timer?.cancel()
    }

    /// Answers 503 wherever the handler has not answered yet.
    func abandonOpenExchanges() {
        for exchange in state.withLock({ Array($0.open.values) }) { exchange.abandon(Self.stopping) }
    }

    // MARK: details

    private func admit(_ exchange: Exchange, _ connection: OpaquePointer) -> MHD_Result {
        let announced = Self.header(connection, "Content-Length").flatMap { UInt64($0) } ?? 0
        if RequestTarget(exchange.target) == nil {
            exchange.refuse(Self.badTarget)
        } else if announced > UInt64(bodyLimit) {
            exchange.refuse(tooLarge)
        } else {
            exchange.expectBody(Int(announced))
        }
        guard let refusal = exchange.refusal, announced > 0 else { return .YES }
        // A client that waits for leave to send gets the answer at once. Any other is already sending: closing on it
        // would reset the connection and lose the answer, so its body is read first, as far as it is bearable.
        let waits = Self.header(connection, "Expect").map { HTTPHeaders.same($0, "100-continue") } ?? false
        return waits || announced > UInt64(drainLimit) ? send(refusal, connection) : .YES
    }

    private func enter(_ exchange: Exchange) -> Bool {
        state.withLock { state in
            guard !state.stopping else { return false }
            state.open[ObjectIdentifier(exchange)] = exchange
            return true
        }
    }

    private func send(_ answer: HTTPResponse, _ connection: OpaquePointer) -> MHD_Result {
        Answering.queue(answer, on: connection, last: state.withLock { $0.stopping }, diagnose: diagnose)
    }

    /// How much of a body is read only to be able to refuse it politely.
    private var drainLimit: Int { bodyLimit + (64 << 20) }

    private var tooLarge: HTTPResponse {
        HTTPResponse(status: 413, text: "The body is larger than the limit of \(bodyLimit) bytes.\n")
    }

    private static let badTarget = HTTPResponse(
        status: 400, text: "The request target is malformed: it needs a path and valid percent-encoding of UTF-8.\n")
    private static let stopping = HTTPResponse(
        status: 503, headers: ["Content-Type": "text/plain; charset=utf-8", "Retry-After": "5"],
        body: Array("The server is stopping.\n".utf8))

    private static func header(_ connection: OpaquePointer, _ name: String) -> String? {
        MHD_lookup_connection_value(connection, .HEADER_KIND, name).map { String(cString: $0) }
    }

    private static func headers(_ connection: OpaquePointer) -> HTTPHeaders {
        var headers = HTTPHeaders()
        withUnsafeMutablePointer(to: &headers) { headers in
            _ = MHD_get_connection_values(
                connection, .HEADER_KIND,
                { context, _, name, value in
                    let headers = context!.assumingMemoryBound(to: HTTPHeaders.self)
                    headers.pointee.add(String(cString: name!), value.map { String(cString: $0) } ?? "")
                    return .YES
                }, headers)
        }
        return headers
    }
}
