import FileKit
import Glibc
import ProcessKit
import TestSupport
import Threading

/// A gateway or worker that was started, with its log.
final class Daemon: Sendable {
    let name: String
    let logFile: String
    private let process: RunningProcess
    private let socket: NotifySocket
    private let status = Locked<ExitStatus?>(nil)

    /// - Parameters:
    ///   - name: unique in the deployment: log and notification socket are named by it.
    ///   - directory: where these go.
    init(name: String, _ command: Command, directory: String) async throws {
        self.name = name
        logFile = Path.join(directory, "\(name).log")
        socket = try NotifySocket(path: Path.join(directory, "\(name).notify"))
        var command = command
        command.environment["NOTIFY_SOCKET"] = socket.path
        command.stdout = .file(logFile)
        command.stderr = .sameAsStdout
        do {
            process = try await Machinery.supervisor.spawn(command)
        } catch {
            socket.close()
            throw error
        }
        Task { [process, status, socket] in
            let ended = await process.wait()
            status.withLock { $0 = ended }
            socket.close()
        }
    }

    /// Its number, and that of its session, as long as it runs.
    var pid: Int32 { process.pid }

    /// Waits until the daemon says that it is ready.
    func untilReady() async throws { try await untilSaying("READY=1") }

    /// Waits until the daemon says that it is about to stop.
    func untilStopping() async throws { try await untilSaying("STOPPING=1") }

    /// Waits for an assignment of sd_notify(3), after those that were waited for before.
    func untilSaying(_ wanted: String) async throws {
        for await assignment in socket.assignments where assignment == wanted { return }
        throw failure("ended with \(await process.wait()) and never said \(wanted)")
    }

    /// To the daemon alone: what it started must see to itself.
    func signal(_ number: CInt) {
        status.withLock { if $0 == nil { _ = Glibc.kill(process.pid, number) } }
    }

    func exit() async -> ExitStatus { await process.wait() }

    /// kill -9 and nothing more.
    func crash() async {
        signal(SIGKILL)
        _ = await exit()
    }

    /// SIGTERM, to which a daemon ends with status 0.
    func stop() async throws {
        signal(SIGTERM)
        let status = await exit()
        guard status.isSuccess else { throw failure("ended with \(status) after SIGTERM") }
    }

    /// With all it started; for cleaning up.
    func kill() async { await process.kill() }

    var log: String { (try? File.read(logFile)).map { String(decoding: $0, as: UTF8.self) } ?? "" }

    private func failure(_ what: String) -> TestSupportError { TestSupportError("\(name) \(what)") }
}
