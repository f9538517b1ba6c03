import CommandLineKit
import FileKit
import Glibc
import SystemdKit

/// `install`, `update` and `remove`.
enum InstallCommands {
    static func install(_ context: ServiceContext, _ arguments: ParsedArguments) async throws {
        try context.say("Installing service \(ServiceNames.service)")
        try checkAccess(context)
        let options = try InstallOptions(arguments)
        try await context.withLock { manager in
            if try ServiceRecord(at: context.places.record)?.isComplete == true { throw ServiceError(.alreadyExists) }
            var record = ServiceRecord()
            options.change(&record)
            let installer = try context.installer(manager)
            try checkProgram(installer)
            try checkAccount(record, context)
            options.explain(record, context)
            try await installer.apply(record)
        }
        try context.say("Service installed")
    }

    static func update(_ context: ServiceContext, _ arguments: ParsedArguments) async throws {
        try context.say("Changing service configuration")
        try checkAccess(context)
        let options = try InstallOptions(arguments)
        let isRunning = try await context.withLock { manager in
            guard var record = try ServiceRecord(at: context.places.record) else { throw ServiceError(.notInstalled) }
            options.change(&record)
            try checkAccount(record, context)
            options.explain(record, context)
            try await context.installer(manager).apply(record)
            return try await manager.property("ActiveState", of: ServiceNames.unit) == .string("active")
        }
        try context.say("Service updated")
        if isRunning, options.account != nil || options.isInteractive != nil || options.counters != nil {
            context.note("the service runs as it was started; \"foqus-service restart\" makes the change count.")
        }
    }

    static func remove(_ context: ServiceContext) async throws {
        try context.say("Removing service \(ServiceNames.service)")
        try checkAccess(context)
        try await context.withLock { manager in
            let installer = try context.installer(manager)
            guard installer.hasTraces else { throw ServiceError(.notInstalled) }
            let state = try await manager.property("ActiveState", of: ServiceNames.unit)?.stringValue ?? "inactive"
            if state != "inactive", state != "failed" {
                // A stop is a drain: it may take as long as running jobs are given.
                _ = try await context.awaiting { () async throws(BusError) in try await manager.stop(ServiceNames.unit)
                }
            }
            try await installer.remove()
        }
        try context.say("Service removed")
    }

    /// Before anything else: who may not, is told no more.
    private static func checkAccess(_ context: ServiceContext) throws {
        var folder = context.places.configuration
        while !File.exists(folder) { folder = Path.parent(folder) }
        guard access(folder, W_OK) == 0 else {
            throw ServiceError(.accessDenied, hint: ServiceError.privilege(context.scope))
        }
    }

    private static func checkProgram(_ installer: Installer) throws {
        if installer.places.file(of: ServiceNames.unit) == nil, access(installer.program, X_OK) != 0 {
            throw ServiceError(
                .other("\(installer.program) is not there."),
                hint: "foqus-worker and foqus-service belong into the same folder.")
        }
    }

    private static func checkAccount(_ record: ServiceRecord, _ context: ServiceContext) throws {
        guard context.scope == .system else {
            if record.username != nil {
                throw ServiceError(
                    .badAccount, hint: "A user's service runs as that user: leave --username or --user out.")
            }
            return
        }
        if Account(record.username ?? ServiceNames.account) == nil {
            throw ServiceError(
                .badAccount,
                hint:
                    "There is no account \"\(record.username ?? ServiceNames.account)\" here. Make it: useradd --system "
                    + "\(ServiceNames.account). Or name another by --username.")
        }
    }
}
