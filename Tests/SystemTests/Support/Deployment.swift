import FOQUSModel
import FileKit
import GatewayClient
import Glibc
import ProcessKit
import TestSupport
import Threading

/// A store, settings and a user of their own, and the daemons that a test starts on them.
final class Deployment: Sendable {
    let directory: String
    let settingsFile: String
    let port: UInt16
    private let daemons = Locked<[Daemon]>([])
    private let counter = Locked(0)

    static let user = "alice"
    static let password = "correct horse"

    var store: String { Path.join(directory, "store") }
    var gatewayURL: String { "http://127.0.0.1:\(port)" }
    var client: GatewayClient { client(Self.user, Self.password) }

    /// Runs `body` and ends what it left running. What goes wrong is told with the ends of the daemons' logs.
    static func with<Result>(
        _ settings: TestSettings = TestSettings(), _ body: (Deployment) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryDirectory { directory in
            let deployment = try await Deployment(directory, settings)
            do {
                let result = try await body(deployment)
                await deployment.end()
                return result
            } catch {
                await deployment.end()
                throw TestSupportError("\(error)\(deployment.logs)")
            }
        }
    }

    private init(_ directory: String, _ settings: TestSettings) async throws {
        self.directory = directory
        port = try Machinery.freePort()
        settingsFile = Path.join(directory, "foqus.conf")
        try File.writeAtomically(
            Array(try settings.text(directory: directory, port: port).utf8), to: settingsFile, mode: 0o644,
            sync: false)
        try await addUser(Self.user, Self.password)
    }

    func addUser(_ name: String, _ password: String) async throws {
        let file = Path.join(directory, "\(name).password")
        try File.writeAtomically(Array(password.utf8), to: file, mode: 0o600, sync: false)
        let end = try await foqusctl("user", "--store", store, "add", name, "--password-file", file)
        guard end.status == 0 else { throw TestSupportError("foqusctl user add: \(end)") }
    }

    func client(_ user: String, _ password: String) -> GatewayClient {
        GatewayClient(
            baseURL: gatewayURL, credentials: try? .init(user: .init(user), password: password),
            http: Machinery.http, timeout: .seconds(30))
    }

    // MARK: daemons

    /// Starts a gateway and waits until it serves.
    @discardableResult
    func startGateway(_ changes: [String: String] = [:]) async throws -> Daemon {
        try await started("gateway", try Installation.program("foqus-gateway"), "serve", changes)
    }

    /// Starts a worker and waits until it works.
    ///
    /// - Parameter changes: settings by `section.key`. Two workers at a time need two state directories.
    @discardableResult
    func startWorker(_ changes: [String: String] = [:]) async throws -> Daemon {
        try await started("worker", try Installation.program("foqus-worker"), "run", changes)
    }

    private func started(
        _ kind: String, _ program: String, _ verb: String, _ changes: [String: String]
    ) async throws -> Daemon {
        let daemon = try await start(kind, command(program, verb, changes))
        try await daemon.untilReady()
        return daemon
    }

    func command(_ program: String, _ verb: String, _ changes: [String: String] = [:]) -> Command {
        var arguments = [verb, "--settings", settingsFile]
        for (setting, value) in changes.sorted(by: { $0.key < $1.key }) {
            arguments += ["--set", "\(setting)=\(value)"]
        }
        return Command(program, arguments, environment: Machinery.environment, directory: directory)
    }

    /// Starts a daemon without waiting for it.
    func start(_ kind: String, _ command: Command) async throws -> Daemon {
        let number = counter.withLock { counter in
            counter += 1
            return counter
        }
        let daemon = try await Daemon(name: "\(kind)-\(number)", command, directory: directory)
        daemons.withLock { $0.append(daemon) }
        return daemon
    }

    private func end() async {
        for daemon in daemons.withLock({ $0 }) { await daemon.kill() }
        await Strays.kill(below: directory)
    }

    /// The last lines of each daemon's log.
    private var logs: String {
        daemons.withLock { $0 }.map { daemon in
            let lines = daemon.log.split(separator: "\n").suffix(30).joined(separator: "\n")
            return "\n--- \(daemon.name)\n\(lines)"
        }.joined()
    }

    // MARK: foqusctl

    /// Runs foqusctl as the user, in the deployment's directory.
    func foqusctl(_ arguments: String...) async throws -> FinishedCommand { try await foqusctl(arguments) }

    /// Runs foqusctl, which must succeed; returns its standard output.
    @discardableResult
    func succeeding(_ arguments: String...) async throws -> String {
        let end = try await foqusctl(arguments)
        guard end.status == 0 else {
            throw TestSupportError("foqusctl \(arguments.joined(separator: " ")): \(end)")
        }
        return end.output
    }

    private func foqusctl(_ arguments: [String]) async throws -> FinishedCommand {
        var environment = Machinery.environment
        environment["HOME"] = directory
        environment["FOQUS_GATEWAY"] = gatewayURL
        environment["FOQUS_USER"] = Self.user
        environment["FOQUS_PASSWORD"] = Self.password
        return try await FinishedCommand.run(
            Command(
                try Installation.program("foqusctl"), arguments, environment: environment, directory: directory))
    }
}
