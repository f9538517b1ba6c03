import Threading

/// The threads of one database, each with its connection.
final class DatabaseThreads: Sendable {
    /// Takes a connection to the thread that owns it from then on.
    private struct Handover: @unchecked Sendable {
        let connection: Connection
    }

    private struct State {
        var running: Int
        var isClosed = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let writer: Handover
    private let state: Locked<State>

    init(writer: Connection, readers: [Connection], writes: WorkQueue<any Work>, reads: WorkQueue<any Work>) {
        self.writer = Handover(connection: writer)
        state = Locked(State(running: 1 + readers.count))
        WorkThread.start(name: "sqlite-write") { [self] in
            self.writer.connection.adopt()
            Writer(connection: self.writer.connection).serve(writes)
            ended()
        }
        for reader in readers.map(Handover.init) {
            WorkThread.start(name: "sqlite-read") { [self] in
                reader.connection.adopt()
                Reader(connection: reader.connection).serve(reads)
                reader.connection.close()
                ended()
            }
        }
    }

    /// Returns when all threads have ended and the file is closed.
    func end() async {
        await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if !state.isClosed { state.waiting.append(continuation) }
                return state.isClosed
            }
            if isClosed { continuation.resume() }
        }
    }

    private func ended() {
        let isLast = state.withLock { state in
            state.running -= 1
            return state.running == 0
        }
        guard isLast else { return }
        // Last of all: only a connection that may write empties and removes the write-ahead log.
        writer.connection.close()
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
