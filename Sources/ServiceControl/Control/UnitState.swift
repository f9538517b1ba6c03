import SystemdKit

/// What systemd knows of the unit.
struct UnitState: Sendable {
    let unit: [String: BusValue]
    let service: [String: BusValue]

    init(_ manager: SystemdManager) async throws(BusError) {
        unit = try await manager.properties(of: ServiceNames.unit)
        service = try await manager.properties(of: ServiceNames.unit, SystemdManager.serviceInterface)
    }

    var isKnown: Bool { text("LoadState") != "not-found" }
    var isMasked: Bool { text("LoadState") == "masked" }
    /// `active`, `activating`, `deactivating`, `reloading`, `inactive`, `failed`
    var active: String { text("ActiveState") }
    var isStopped: Bool { active == "inactive" || active == "failed" }

    /// It ended by an error, and systemd waits a little before it starts it again.
    var isAboutToStart: Bool { text("SubState") == "auto-restart" }

    func text(_ name: String) -> String { (unit[name] ?? service[name])?.stringValue ?? "" }
    func number(_ name: String) -> UInt64? { (unit[name] ?? service[name])?.unsignedValue }

    /// The variables that the unit gives its program.
    var environment: [String: String] {
        var environment: [String: String] = [:]
        for assignment in service["Environment"]?.stringsValue ?? [] {
            guard let equals = assignment.firstIndex(of: "=") else { continue }
            environment[String(assignment[..<equals])] = String(assignment[assignment.index(after: equals)...])
        }
        return environment
    }

    /// Refuses what does not exist, and for a start what must not be started.
    func check(forStart: Bool) throws(ServiceError) {
        if isMasked, forStart {
            throw ServiceError(.disabled, hint: "Change it: foqus-service --startup manual update.")
        }
        guard isKnown else { throw ServiceError(.notInstalled) }
        if text("LoadState") != "loaded", !isMasked {
            throw ServiceError(
                .other("systemd cannot load \(ServiceNames.unit): see systemctl status \(ServiceNames.unit)."))
        }
    }

    /// Why the service is not running, of its last end.
    var lastEnd: String {
        let code = number("ExecMainStatus") ?? 0
        let end =
            switch (text("Result"), code) {
            case ("success", _): "It has ended by itself."
            case ("exit-code", 78): "Its settings are wrong (status 78): \"foqus-worker check-config\" says what."
            case ("exit-code", 75): "Another worker uses its state directory (status 75)."
            case ("exit-code", 203): "Its program cannot be run (status 203)."
            case ("exit-code", 217): "Its account does not exist (status 217)."
            case ("exit-code", _): "It ended with status \(code)."
            case ("timeout", _): "It did not get ready in time."
            case ("watchdog", _): "It hung, and was killed."
            case ("start-limit-hit", _): "It ended too often in a short time."
            case ("signal", _), ("core-dump", _): "It was killed by signal \(code)."
            case (let result, _): "Result: \(result)."
            }
        return end + (isAboutToStart ? " systemd will start it again." : "")
            + " See journalctl -u \(ServiceNames.unit)."
    }
}
