import CommandLineKit
import FileKit
import SystemdKit

/// `start`, `stop` and `restart`.
enum RunCommands {
    static func start(_ context: ServiceContext, _ arguments: [String]) async throws {
        try context.say("Starting service \(ServiceNames.service)")
        try await context.withManager { manager in
            let state = try await UnitState(manager)
            try state.check(forStart: true)
            guard state.isStopped || state.isAboutToStart || state.active == "deactivating" else {
                throw ServiceError(.alreadyRunning)
            }
            try await run("StartUnit", arguments, context, manager)
        }
    }

    static func restart(_ context: ServiceContext, _ arguments: [String]) async throws {
        try context.say("Restarting service \(ServiceNames.service)")
        try await context.withManager { manager in
            let state = try await UnitState(manager)
            try state.check(forStart: true)
            try await run("RestartUnit", arguments, context, manager, mustWait: true)
        }
    }

    static func stop(_ context: ServiceContext) async throws {
        try context.say("Stopping service \(ServiceNames.service)")
        try await context.withManager { manager in
            let state = try await UnitState(manager)
            try state.check(forStart: false)
            guard !state.isStopped else { throw ServiceError(.notStarted) }
            guard context.wait != nil else {
                _ = try await manager.call("StopUnit", [.string(ServiceNames.unit), .string("replace")])
                return
            }
            for unit in try await Dependents.running(of: ServiceNames.unit, manager) + [ServiceNames.unit] {
                let result = try await context.awaiting { () async throws(BusError) in try await manager.stop(unit) }
                guard result.isSuccess else { throw ServiceError(.other("\(unit) did not stop: \(result.rawValue).")) }
            }
        }
    }

    /// Orders a start. Without `--wait` and arguments nothing is awaited but that systemd takes the order.
    private static func run(
        _ method: String, _ arguments: [String], _ context: ServiceContext, _ manager: SystemdManager,
        mustWait: Bool = false
    ) async throws {
        // Who orders a start means it, however often the service was started a moment ago.
        try await manager.resetFailed(ServiceNames.unit)
        let order: [BusValue] = [.string(ServiceNames.unit), .string("replace")]
        let starting = StartArguments(places: context.places, manager: manager)
        try await starting.set(arguments)
        guard mustWait || context.wait != nil || !arguments.isEmpty else {
            _ = try await manager.call(method, order)
            return
        }
        let result: UnitJobResult
        do {
            result = try await context.awaiting { () async throws(BusError) in try await manager.job(method, order) }
        } catch {
            try? await starting.set([])
            throw error
        }
        try await starting.set([])
        switch result {
        case .done, .skipped: return
        case .timeout: throw ServiceError(.timedOut, hint: try await UnitState(manager).lastEnd)
        case .dependency:
            throw ServiceError(.dependencyFailed, hint: "See systemctl list-dependencies \(ServiceNames.unit).")
        case .canceled: throw ServiceError(.cancelled, hint: "Somebody stopped it meanwhile.")
        default: throw ServiceError(.endedUnexpectedly, hint: try await UnitState(manager).lastEnd)
        }
    }
}

/// Units that cannot run without another one.
enum Dependents {
    /// Those that run, in the order in which they are to be stopped: whoever depends on others first.
    static func running(of unit: String, _ manager: SystemdManager) async throws(BusError) -> [String] {
        var seen: Set = [unit]
        return try await running(of: unit, manager, &seen)
    }

    private static func running(
        of unit: String, _ manager: SystemdManager, _ seen: inout Set<String>
    ) async throws(BusError) -> [String] {
        let properties = try await manager.properties(of: unit)
        let names = ["RequiredBy", "RequisiteOf", "BoundBy", "ConsistsOf"].flatMap {
            properties[$0]?.stringsValue ?? []
        }
        var stopping: [String] = []
        for name in names where seen.insert(name).inserted {
            stopping += try await running(of: name, manager, &seen)
            // A target that is required to be up is no service, and stopping it stops the machine's other services.
            guard !name.hasSuffix(".target"),
                let state = try await manager.property("ActiveState", of: name)?.stringValue,
                state != "inactive", state != "failed"
            else { continue }
            stopping.append(name)
        }
        return stopping
    }
}
