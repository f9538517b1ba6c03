import AWSClient
import AWSStores
import Configuration
import EmbeddedStores
import EventLoop
import FOQUSModel
import Logging
import Stores
import Threading

/// The stores that the settings ask for, and what goes on beside them.
struct WorkerStores: Sendable {
    let queue: any JobQueue
    let jobs: any JobTable
    let objects: any ObjectStore
    let notifier: any Notifier
    let outputs: (any OutputWatch)?
    let metrics: any Metrics
    /// For people: a directory, or a region.
    let place: String
    let logger: Logger
    /// Work until they are cancelled, then send what they still have.
    let companions: [@Sendable () async -> Void]
    /// What is about to happen to the instance; nil where nothing can.
    let events: AsyncStream<InstanceEvent>?
    let protection: ScaleInProtection?
    let close: @Sendable () async -> Void

    static func open(
        _ settings: FOQUSSettings, loop: EventLoop, logger: Logger
    ) async throws -> WorkerStores {
        switch settings.store.backend {
        case .embedded: try await embedded(settings, loop: loop, logger: logger)
        case .aws: try await aws(settings, loop: loop, logger: logger)
        }
    }

    private static func embedded(
        _ settings: FOQUSSettings, loop: EventLoop, logger: Logger
    ) async throws(StoreError) -> WorkerStores {
        let backend = try await EmbeddedBackend.open(
            directory: settings.store.directory, options: settings.store.options(role: .worker), loop: loop)
        return WorkerStores(
            queue: backend.queue, jobs: backend.jobs, objects: backend.objects, notifier: backend.notifier,
            outputs: nil, metrics: NoMetrics(), place: settings.store.directory, logger: logger, companions: [],
            events: nil, protection: nil
        ) { await backend.close() }
    }

    private static func aws(
        _ settings: FOQUSSettings, loop: EventLoop, logger: Logger
    ) async throws -> WorkerStores {
        let cloud = try await Cloud(settings, loop: loop, logger: logger)
        let (backend, time) = (cloud.backend, SystemTime())
        let user = settings.worker.users.words
        let instance = settings.worker.instance
        var companions: [@Sendable () async -> Void] = []
        var metrics: any Metrics = NoMetrics()
        if settings.aws.metrics {
            let counts = backend.metrics(user: user, instance: instance, time: time, logger: logger)
            metrics = counts
            companions.append { await counts.run() }
        }
        var logger = logger
        if settings.aws.logs {
            let stream = backend.logs(user: user, instance: instance, time: time)
            logger = settings.worker.log.logger("foqus-worker", also: stream)
            companions.append { await stream.run() }
        }
        let watches = settings.aws.instanceMetadata
        let events =
            watches && settings.aws.drainsWithInstance
            ? InstanceLifecycle(metadata: cloud.identity.metadata, time: time, log: logger).events() : nil
        let protection =
            watches && settings.aws.scaleInProtection
            ? backend.scaleInProtection(instance: instance, time: time, log: logger) : nil
        let publishes = settings.aws.publishes
        return WorkerStores(
            queue: backend.queue, jobs: backend.jobs, objects: backend.objects,
            notifier: publishes ? backend.notifier : SilentNotifier(), outputs: publishes ? backend.jobs : nil,
            metrics: metrics, place: "AWS in \(backend.region)", logger: logger, companions: companions,
            events: events, protection: protection
        ) { cloud.close() }
    }
}

/// For a worker whose settings say `notifications = false`.
private struct SilentNotifier: Notifier {
    func publish(_ notifications: [OutgoingNotification]) async throws(StoreError) {}
}

extension UserFilter {
    /// `alice`, `alice,bob` or `*`.
    var words: String {
        switch self {
        case .all: "*"
        case .users(let names): names.map(\.description).sorted().joined(separator: ",")
        }
    }
}
