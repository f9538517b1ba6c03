import CommandLineKit
import Configuration
import EventLoop
import Executors
import FileKit
import Glibc
import JSONKit
import Logging
import ProcessKit
import SystemdKit

/// `foqus-worker scopes`: makes scopes for workers that may not do so themselves (ADR 19).
///
/// Runs as root, and so does only this: it moves a worker's own child, of the same user, into a new scope that can only
/// take something away from it. When the worker goes, what is left in its scopes is killed.
enum ScopeKeeper {
    static func run() async throws -> ExitCode {
        UnixSignals.ignoreBrokenPipe()
        let log = Logger(label: "foqus-scopes", sink: StreamSink.standardError(format: nil))
        let sockets = PassedSockets.descriptors(environment: CommonOptions.environment())
        guard let socket = sockets.first else {
            throw CommandLineError(
                "scopes is started by foqus-scopes.socket only: it listens on a socket that systemd makes")
        }
        let loop = EventLoop.start(name: "scopes-loop")
        let signals = UnixSignals.stream([SIGTERM, SIGINT], loop: loop)
        let manager = try await SystemdManager.connect(.system, loop: loop)
        LocalSocket.accept(on: socket, loop: loop) { connection, peer in
            guard let lines = LineConnection(socket: connection, loop: loop) else { return }
            Task { await serve(lines, peer, manager, log) }
        }
        let supervisor = Supervisor.ofThisProcess()
        try? supervisor.ready(status: "waiting for workers")
        let feeding = Task {
            await supervisor.feedWatchdog {
                await loop.turn()
                return true
            } failed: { _ in
            }
        }
        for await _ in signals { break }
        feeding.cancel()
        try? supervisor.stopping()
        return .success
    }

    private static func serve(
        _ connection: LineConnection, _ peer: LocalSocket.Peer, _ manager: SystemdManager, _ log: Logger
    ) async {
        guard let unit = workerUnit(of: peer.process) else {
            log.warning("refused: this is no worker's process", ["process": peer.process, "user": peer.user])
            return
        }
        log.info("a worker has connected", ["unit": unit, "process": peer.process])
        let owner = "\(unit), process \(peer.process)"
        let maker = ScopeMaker(manager: manager, owner: owner)
        await withDiscardingTaskGroup { group in
            // Who sends anything else is let go: its socket closes.
            while let line = try? await connection.lines.next(), let request = ScopeRequest(line: line) {
                group.addTask { await answer(request, peer, maker, connection) }
            }
        }
        await stopRest(of: owner, manager, log)
    }

    private static func answer(
        _ request: ScopeRequest, _ peer: LocalSocket.Peer, _ maker: ScopeMaker, _ connection: LineConnection
    ) async {
        var answer: JSONObject = ["id": .int(Int64(request.id))]
        do throws(JobCageError) {
            for process in request.processes { try check(process, of: peer) }
            try await maker.enclose(
                request.processes, name: request.name, description: request.description, limits: request.limits)
        } catch {
            answer["error"] = .string(error.description)
        }
        try? await connection.send(JSON.object(answer).serialized())
    }

    /// What a worker's unit is called: `foqus-worker.service`, or an instance of the template.
    private static func workerUnit(of process: Int32) -> String? {
        guard let name = ControlGroup(of: process)?.name else { return nil }
        let isWorker = name == "foqus-worker.service" || name.hasPrefix("foqus-worker@") && name.hasSuffix(".service")
        return isWorker ? name : nil
    }

    /// Only the worker's own child, with the worker's user: it stays both until the worker has waited for it, so its number
    /// cannot become another's meanwhile.
    private static func check(_ process: Int32, of peer: LocalSocket.Peer) throws(JobCageError) {
        let text = (try? File.read("/proc/\(process)/status", limit: 16 << 10)).map {
            String(decoding: $0, as: UTF8.self)
        }
        func field(_ name: String) -> [Substring]? {
            text?.split(separator: "\n").first { $0.hasPrefix("\(name):") }?.split(whereSeparator: {
                $0 == "\t" || $0 == " "
            })
            .dropFirst().map { $0 }
        }
        guard field("PPid")?.first == "\(peer.process)", let users = field("Uid"),
            users.count == 4, users.allSatisfy({ $0 == "\(peer.user)" })
        else { throw JobCageError("process \(process) is no child of the worker's with its user") }
    }

    private static func stopRest(of owner: String, _ manager: SystemdManager, _ log: Logger) async {
        let answer = try? await manager.call(
            "ListUnitsByPatterns", [.strings([]), .strings(["foqus-job-*.scope"])])
        for unit in answer?.first?.elements ?? [] {
            guard let fields = unit.elements, fields.count > 1, let name = fields[0].stringValue,
                fields[1].stringValue?.hasSuffix("(\(owner))") == true
            else { continue }
            log.notice("killing what a worker left", ["scope": name, "worker": owner])
            _ = try? await manager.stop(name)
        }
    }
}
