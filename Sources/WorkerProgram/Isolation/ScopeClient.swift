import EventLoop
import Executors
import FOQUSModel
import JSONKit
import ProcessKit
import Threading

/// Asks the keeper of scopes, a service with the right to make them, for a scope for each job.
actor ScopeClient: JobCages {
    private typealias Waiter = CheckedContinuation<Result<Void, JobCageError>, Never>

    private let path: String
    private let loop: EventLoop
    private var connection: LineConnection?
    private var waiting: [Int: Waiter] = [:]
    private var lastID = 0

    init(path: String = ScopeRequest.socketPath, loop: EventLoop) {
        self.path = path
        self.loop = loop
    }

    /// Connects, which starts the keeper.
    func connect() throws(JobCageError) {
        guard connection == nil else { return }
        let socket: CInt
        do throws(LocalSocketError) { socket = try LocalSocket.connect(to: path) } catch {
            throw JobCageError(error.description)
        }
        guard let connection = LineConnection(socket: socket, loop: loop) else {
            throw JobCageError("too many open files: raise LimitNOFILE= of the unit")
        }
        self.connection = connection
        Task { await listen(to: connection) }
    }

    func enclose(
        _ processes: [Int32], name: String, description: String, limits: JobLimits
    ) async throws(JobCageError) {
        try connect()
        guard let connection else { throw JobCageError("the keeper of scopes is gone") }
        lastID += 1
        let request = ScopeRequest(
            id: lastID, processes: processes, name: name, description: description, limits: limits)
        let outcome: Result<Void, JobCageError> = await withCheckedContinuation { continuation in
            waiting[request.id] = continuation
            Task {
                do { try await connection.send(request.line) } catch {
                    answer(request.id, .failure(JobCageError("the keeper of scopes cannot be asked: \(error)")))
                }
            }
        }
        try outcome.get()
    }

    private func listen(to connection: LineConnection) async {
        var reason = "it has ended"
        do {
            while let line = try await connection.lines.next() {
                guard let json = try? JSON.parse(line), let id = json["id"]?.intValue else { break }
                let error = json["error"]?.stringValue.map { JobCageError($0) }
                answer(Int(id), error.map { .failure($0) } ?? .success(()))
            }
        } catch { reason = "\(error)" }
        self.connection = nil
        for id in waiting.keys { answer(id, .failure(JobCageError("the keeper of scopes is gone: \(reason)"))) }
    }

    private func answer(_ id: Int, _ outcome: Result<Void, JobCageError>) {
        waiting.removeValue(forKey: id)?.resume(returning: outcome)
    }
}
