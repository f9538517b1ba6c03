import FileKit
import Glibc
import JSONKit
import ProcessKit
import SystemdKit
import TestSupport
import Testing

/// A throwaway machine with a systemd of its own (script/machine). The package's folder and its programs are at the same
/// paths in it; what it writes is gone with it.
///
///     @Suite(.serialized, .needsMachine, .timeLimit(.minutes(3)))
///     struct BootMachineTests {
///         @Test func itBoots() async throws {
///             try await Machine.with { machine in
///                 try await machine.install("foqus-worker")
///                 #expect(try await machine.succeeding("systemctl", "is-system-running") == "running\n")
///             }
///         }
///     }
///
/// Suites that need one are named `…MachineTests`: script/test has a stage for them by this name. They are serialized, so
/// that few machines run at a time.
final class Machine: Sendable {
    struct Options: Sendable {
        /// The folder of which its root is a copy; nil for this host's root.
        var root: String?
        /// Files and folders that it shares with the host.
        var binds: [String] = []

        var arguments: [String] { (root.map { ["--root", $0] } ?? []) + binds.flatMap { ["--bind", $0] } }
    }

    let name: String
    private let keeper: RunningProcess

    private static let script = Path.join(Installation.root, "script/machine")

    /// Boots a machine, runs `body`, and ends it. What goes wrong is told with the end of its journal.
    static func with<Result>(
        _ options: Options = Options(), _ body: (Machine) async throws -> Result
    ) async throws -> Result {
        let machine = try await Machine(options)
        do {
            let result = try await body(machine)
            await machine.end()
            return result
        } catch {
            let journal = try? await machine.run("journalctl", "--no-pager", "-q", "-n", "60").output
            await machine.end()
            throw TestSupportError("\(error)\n--- journal of the machine\n\(journal ?? "is lost")")
        }
    }

    private init(_ options: Options) async throws {
        name = "test-\(getpid())-\(String(UInt32.random(in: 0...(.max)), radix: 36))"
        // It ends with this process, however that ends.
        keeper = try await Machinery.supervisor.spawn(
            Command(Self.script, ["keep", name] + options.arguments, environment: Machinery.environment))
        do {
            try await eventually("machine \(name) is made") { File.exists("/run/foqus-machines/\(name)/keeper") }
            let booted = try await Self.call("wait", name)
            guard booted.status == 0 else { throw TestSupportError("machine \(name): \(booted)") }
        } catch {
            await keeper.kill()
            _ = try? await Self.call("stop", name)
            throw error
        }
    }

    private func end() async {
        _ = try? await Self.call("stop", name)
        await keeper.kill()
    }

    private static func call(_ arguments: String...) async throws -> FinishedCommand {
        try await FinishedCommand.run(
            Command(script, arguments, environment: Machinery.environment, directory: "/"))
    }

    // MARK: commands

    /// Runs a command as root.
    func run(_ command: String...) async throws -> FinishedCommand { try await run(command) }

    /// - Parameter user: nil for root. Another user gets a home and the runtime directory of a session.
    func run(
        _ command: [String], as user: String? = nil, environment: [String: String] = [:]
    ) async throws -> FinishedCommand {
        var words = environment.isEmpty ? [] : ["env"] + environment.map { "\($0)=\($1)" }.sorted()
        if let user {
            words += ["setpriv", "--reuid=\(user)", "--regid=\(user)", "--init-groups", "sh", "-c"]
            words += [
                #"export HOME="$(getent passwd "$0" | cut -d: -f6)" USER="$0" XDG_RUNTIME_DIR="/run/user/$(id -u)"; exec "$@""#,
                user,
            ]
        }
        return try await FinishedCommand.run(
            Command(
                Self.script, ["exec", name, "--"] + words + command, environment: Machinery.environment,
                directory: "/"))
    }

    /// Runs a command as root, which must succeed; returns its standard output.
    @discardableResult
    func succeeding(_ command: String...) async throws -> String {
        let end = try await run(command)
        guard end.status == 0 else { throw TestSupportError("\(command.joined(separator: " ")): \(end)") }
        return end.output
    }

    /// Runs a shell script as root, which must succeed; returns its standard output.
    @discardableResult
    func shell(_ script: String) async throws -> String {
        try await succeeding("bash", "-euo", "pipefail", "-c", script)
    }

    /// Copies programs of this package to /usr/bin of the machine.
    func install(_ programs: String...) async throws {
        let files = try programs.map(Installation.program).map { "'\($0)'" }.joined(separator: " ")
        try await shell("install -m 755 \(files) /usr/bin")
    }

    func write(_ text: String, to path: String, mode: String = "644") async throws {
        try await succeeding(
            "sh", "-c", #"mkdir -p "$(dirname "$0")" && printf %s "$1" >"$0" && chmod "$2" "$0""#, path, text, mode)
    }

    // MARK: systemd

    /// A property of a unit, as `systemctl show` has it.
    func property(_ name: String, of unit: String) async throws -> String {
        String(try await succeeding("systemctl", "show", "--value", "--property=\(name)", unit).dropLast())
    }

    /// Adds a user whose systemd runs, as after a login.
    func addUser(_ name: String) async throws {
        try await shell("useradd --create-home \(name) && systemctl start user@$(id -u \(name)).service")
    }

    /// Reboots; returns when it is up again. Files stay, but those in /tmp.
    func reboot() async throws {
        let end = try await Self.call("reboot", name)
        guard end.status == 0 else { throw TestSupportError("reboot of machine \(name): \(end)") }
    }

    /// All of its journal so far, or what matches, as `FIELD=value`.
    func journal(_ matches: String...) async throws -> [JSON] {
        try await succeeding("journalctl", "--sync")
        let end = try await run(["journalctl", "--no-pager", "-q", "-o", "json"] + matches)
        return try JSONLines.parse(Array(end.output.utf8))
    }

    // MARK: whether there can be one

    /// False where the kernel forbids namespaces, unless `FOQUS_REQUIRE_SYSTEMD` says that it must not: then the tests run,
    /// and fail.
    static var isPossible: Bool {
        get async { await possibility.value }
    }

    private static let possibility = Task<Bool, Never> {
        if Installation.variable("FOQUS_REQUIRE_SYSTEMD") != nil { return true }
        guard let answer = try? await call("possible") else { return false }
        if answer.status != 0 { _ = Glibc.write(STDERR_FILENO, answer.errors, answer.errors.utf8.count) }
        return answer.status == 0
    }
}

extension Trait where Self == ConditionTrait {
    /// For suites that boot a machine. What forbids it is printed.
    static var needsMachine: Self { .enabled("this kernel lets us make a machine") { await Machine.isPossible } }
}

extension Machine {
    /// Its systemd, by the machine's bus. Such a connection ends with the boot.
    func manager() async throws -> SystemdManager {
        let leader = String(decoding: try File.read("/run/foqus-machines/\(name)/leader"), as: UTF8.self)
        let socket = "/proc/\(leader.filter(\.isNumber))/root/run/dbus/system_bus_socket"
        return try await SystemdManager.connect(.system, at: .bus("unix:path=\(socket)"), loop: Machinery.loop)
    }
}
