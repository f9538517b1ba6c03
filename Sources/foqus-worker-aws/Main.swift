import CommandLineKit
import Configuration
import WorkerProgram

/// foqus-worker with the backend on AWS; see `CloudBackend`.
@main
struct Main {
    static func main() async {
        let cloud = CloudBackend(
            instanceSettings: { await Cloud.instanceSettings($0) },
            open: { settings, loop, logger, calls in
                let cloud = try await Cloud(settings, loop: loop, logger: logger, calls: calls)
                try await cloud.lookAtPlaces(settings, logger)
                return await cloud.stores(settings, logger)
            },
            trials: { settings, loop, logger in try await Cloud.trials(settings, loop, logger) })
        await Program(
            WorkerCommands.description(cloud), version: Version.current, manualSection: 8, manualDate: Version.date
        ).main()
    }
}
