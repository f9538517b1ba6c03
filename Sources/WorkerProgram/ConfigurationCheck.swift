import CommandLineKit
import Configuration
import EmbeddedStores
import EventLoop
import FileKit
import Stores

/// `check-config`: every setting with its origin, then one harmless call to each thing the worker needs.
enum ConfigurationCheck {
    static func run(_ settings: FOQUSSettings, _ cloud: CloudBackend?) async throws -> ExitCode {
        var check = try SettingsCheck(of: settings)
        // What root made in these folders would be closed to the worker.
        let folders = settings.store.backend == .embedded ? [settings.store.directory] : []
        for folder in folders + [settings.worker.stateDirectory] { try StoreOwner.become(ownerOf: folder) }
        if let cloud, settings.store.backend == .aws {
            let loop = EventLoop.start(name: "check")
            defer { loop.stop() }
            let logger = settings.worker.log.logger("check-config")
            for trial in try await cloud.trials(settings, loop, logger) {
                try await check.check(trial.subject, trial.run)
            }
        } else {
            try await tryStore(settings, &check)
        }
        try await check.check("state directory \(settings.worker.stateDirectory)") {
            try Directory.create(settings.worker.stateDirectory, mode: 0o750)
            let free = try DiskSpace.available(settings.worker.stateDirectory)
            return "\(free >> 20) MiB free"
        }
        for application in settings.applications.values.sorted(by: { $0.name < $1.name }) {
            try await check.check("application \(application.name)") { try describe(application) }
        }
        return check.exitCode()
    }

    private static func tryStore(_ settings: FOQUSSettings, _ check: inout SettingsCheck) async throws {
        try await check.check("store \(settings.store.directory)") {
            let loop = EventLoop.start(name: "check")
            defer { loop.stop() }
            let backend = try await EmbeddedBackend.open(
                directory: settings.store.directory, options: settings.store.options(role: .tool), loop: loop)
            let statistics = try await backend.queue.statistics()
            await backend.close()
            return "\(statistics.available) waiting, \(statistics.inFlight) in flight, \(statistics.dead) dead letters"
        }
    }

    private static func describe(_ application: ApplicationSettings) throws -> String {
        let (files, text) =
            switch application.executor {
            case .foqus(let runner):
                (
                    [runner.python, Path.join(runner.runner, "foqus_runner/__main__.py")],
                    "FOQUS engine by \(runner.python)"
                )
            case .command(let program): ([program.program], "program \(program.program)")
            case .sinter(let kind, let runner):
                (
                    [runner.python, Path.join(runner.runner, "sinter_runner/__main__.py")],
                    "\(kind == .spreadsheet ? "workbooks" : "FMI units") by \(runner.python)"
                )
            case .program(let programs):
                (
                    programs.allowed,
                    programs.allowed.isEmpty
                        ? "programs of Sinter configurations"
                        : "the programs \(programs.allowed.joined(separator: ", "))"
                )
            case .turbine(let gateway):
                (
                    [gateway.passwordFile, gateway.authorities].compactMap(\.self),
                    "forwarded to \(gateway.url) as \(gateway.application)"
                )
            case .runner(let runner): ([runner.program], "runner \(runner.program)")
            }
        for file in files where file.hasPrefix("/") && !File.exists(file) {
            throw ConfigurationError("\(file) does not exist; see [\(application.section)]")
        }
        return text
    }
}
