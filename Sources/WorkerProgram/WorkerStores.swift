import Configuration
import EmbeddedStores
import EventLoop
import FOQUSModel
public import Logging
public import Stores

/// The stores that the settings ask for, and what goes on beside them.
public struct WorkerStores: Sendable {
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
    /// Reasons to drain, when they come up: the machine is about to go.
    let leaving: AsyncStream<String>?
    /// Told whether there is work, every few seconds, so that the machine is not taken away meanwhile.
    let protect: (@Sendable (Bool) async -> Void)?
    /// How many messages wait; nil where asking costs money.
    let queueDepth: (@Sendable () async -> Int?)?
    let close: @Sendable () async -> Void

    public init(
        queue: any JobQueue, jobs: any JobTable, objects: any ObjectStore, notifier: any Notifier,
        outputs: (any OutputWatch)? = nil, metrics: any Metrics = NoMetrics(), place: String, logger: Logger,
        companions: [@Sendable () async -> Void] = [], leaving: AsyncStream<String>? = nil,
        protect: (@Sendable (Bool) async -> Void)? = nil, queueDepth: (@Sendable () async -> Int?)? = nil,
        close: @escaping @Sendable () async -> Void
    ) {
        self.queue = queue
        self.jobs = jobs
        self.objects = objects
        self.notifier = notifier
        self.outputs = outputs
        self.metrics = metrics
        self.place = place
        self.logger = logger
        self.companions = companions
        self.leaving = leaving
        self.protect = protect
        self.queueDepth = queueDepth
        self.close = close
    }

    /// The same with calls that are measured.
    func metered(by observer: any CallObserver) -> WorkerStores {
        let time = SystemTime()
        return WorkerStores(
            queue: MeteredQueue(queue, observer, time: time), jobs: jobs, objects: objects,
            notifier: MeteredNotifier(notifier, observer, time: time), outputs: outputs, metrics: metrics, place: place,
            logger: logger, companions: companions, leaving: leaving, protect: protect, queueDepth: queueDepth,
            close: close)
    }

    static func embedded(
        _ settings: FOQUSSettings, loop: EventLoop, logger: Logger
    ) async throws(StoreError) -> WorkerStores {
        let backend = try await EmbeddedBackend.open(
            directory: settings.store.directory, options: settings.store.options(role: .worker), loop: loop)
        return WorkerStores(
            queue: backend.queue, jobs: backend.jobs, objects: backend.objects, notifier: backend.notifier,
            place: settings.store.directory, logger: logger,
            queueDepth: { (try? await backend.queue.statistics()).map { $0.available + $0.delayed } },
            close: { await backend.close() })
    }
}
