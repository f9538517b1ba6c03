import CommandLineKit
import FileKit
import Glibc
import JSONKit
import SystemdKit

/// `status`: what systemd knows of the service, and what the worker says of itself.
enum StatusCommand {
    /// As of the Linux Standard Base: 0 running, 3 not running, 4 not there.
    static func run(_ context: ServiceContext, asJSON: Bool) async throws -> ExitCode {
        var report = try await context.withManager { manager in
            StatusReport(
                state: try await UnitState(manager), startup: try await startup(of: manager),
                account: account(try ServiceRecord(at: context.places.record), context))
        }
        let state = report.state
        guard state.isKnown else {
            if asJSON {
                try context.say(
                    JSON.object(JSONObject([("service", .string(ServiceNames.service)), ("state", "not-installed")]))
                        .text())
            } else {
                try context.errors.line("Error querying service: \(ServiceError(.notInstalled))")
            }
            return ExitCode(rawValue: 4)
        }
        if state.active == "active" || state.active == "reloading" || state.active == "deactivating" {
            do {
                let place = try WorkerEndpoint.place(state)
                report.worker = .success(try await WorkerEndpoint.status(at: place, loop: context.loop))
            } catch {
                report.worker = .failure(WorkerEndpoint.Failure(description: "\(error)"))
            }
        }
        try context.say(asJSON ? report.json.text() : report.text)
        return state.isStopped ? ExitCode(rawValue: 3) : .success
    }

    private static func account(_ record: ServiceRecord?, _ context: ServiceContext) -> String {
        context.scope == .user ? Account.name(of: geteuid()) : record?.username ?? ServiceNames.account
    }

    /// What `--startup` says, by what systemd has: somebody may have used systemctl.
    private static func startup(of manager: SystemdManager) async throws -> Startup {
        switch try await manager.fileState(of: ServiceNames.unit) {
        case "masked", "masked-runtime": return .disabled
        case "enabled", "enabled-runtime": return .auto
        default: return try await manager.fileState(of: ServiceNames.timer) == "enabled" ? .delayed : .manual
        }
    }
}

/// The same for people and for programs.
struct StatusReport {
    let state: UnitState
    let startup: Startup
    /// Where systemd does not say it, as it reads no masked unit.
    let assumedAccount: String
    /// Nil when it is not running.
    var worker: Result<JSON, WorkerEndpoint.Failure>?

    init(state: UnitState, startup: Startup, account: String) {
        self.state = state
        self.startup = startup
        assumedAccount = account
    }

    private var answer: JSON? { try? worker?.get() }
    private var account: String { state.text("User").isEmpty ? assumedAccount : state.text("User") }
    private var process: UInt64? { state.number("MainPID").flatMap { $0 == 0 ? nil : $0 } }

    // MARK: for programs

    var json: JSON {
        var fields: [(String, JSON)] = [
            ("service", .string(ServiceNames.service)), ("unit", .string(ServiceNames.unit)),
            ("state", .string(state.active)), ("startup", .string(startup.rawValue)), ("account", .string(account)),
            ("process", process.map { .int(Int64($0)) } ?? .null),
            ("since", since.map { .string($0) } ?? .null),
            ("restarts", state.number("NRestarts").map { .int(Int64($0)) } ?? .null),
            ("status", .string(state.text("StatusText"))),
        ]
        switch worker {
        case .success(let answer): fields.append(("worker", answer))
        case .failure(let failure): fields += [("worker", .null), ("problem", .string(failure.description))]
        case nil:
            fields.append(("worker", .null))
            if state.active == "failed" { fields.append(("problem", .string(state.lastEnd))) }
        }
        return .object(JSONObject(fields))
    }

    // MARK: for people

    var text: String {
        var rows: [(String, String)] = [
            ("State", stateText), ("Startup", startup.rawValue), ("Account", account),
        ]
        if let answer { rows += workerRows(answer) }
        let said = state.text("StatusText")
        if !said.isEmpty { rows.append(("Says", said)) }
        if case .failure(let failure) = worker {
            rows.append(("Note", "the worker cannot be asked, this is what systemd knows: \(failure)"))
        }
        if state.active == "failed" { rows.append(("Last end", state.lastEnd)) }
        let width = rows.map(\.0.count).max() ?? 0
        let lines = rows.map { "  \($0.0):" + String(repeating: " ", count: width - $0.0.count + 2) + $0.1 }
        return (["\(ServiceNames.service) (\(ServiceNames.unit))"] + lines).joined(separator: "\n")
    }

    private var stateText: String {
        let names = [
            "active": "running", "reloading": "running, reading its settings anew", "activating": "starting",
            "deactivating": "stopping", "inactive": "stopped", "failed": "stopped by an error",
        ]
        return (names[state.active] ?? state.active) + (since.map { " since \($0)" } ?? "")
            + (process.map { ", process \($0)" } ?? "")
            + (state.number("NRestarts").flatMap { $0 == 0 ? nil : ", restarted \($0) times" } ?? "")
    }

    private func workerRows(_ answer: JSON) -> [(String, String)] {
        func number(_ key: String) -> String { answer[key]?.intValue.map { String($0) } ?? "unknown" }
        return [
            ("Slots", "\(number("busy")) of \(number("slots")) busy"), ("Queue", "\(number("queued")) waiting"),
            ("Outbox", "\(number("outbox")) to deliver"), ("Finished", "\(number("finished")) since the start"),
            ("Last job", lastJob(answer["lastJob"])),
        ]
    }

    private func lastJob(_ job: JSON?) -> String {
        guard let job, let id = job["id"]?.stringValue else { return "none" }
        return [id, job["state"]?.stringValue, job["ended"]?.stringValue].compactMap { $0 }.joined(separator: "  ")
    }

    /// When it got into this state, UTC.
    private var since: String? {
        let name = state.isStopped ? "InactiveEnterTimestamp" : "ActiveEnterTimestamp"
        guard let microseconds = state.number(name), microseconds > 0 else { return nil }
        var seconds = time_t(microseconds / 1_000_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
