import AWSClient
import AWSStores
import Configuration
import EventLoop
import FOQUSModel
import Logging
import Stores
import WorkerProgram

extension Cloud {
    /// What a worker works with.
    func stores(_ settings: FOQUSSettings, _ logger: Logger) async -> WorkerStores {
        let time = SystemTime()
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
        var protection: ScaleInProtection?
        if watches && settings.aws.scaleInProtection {
            // Auto Scaling knows the instance by its id, however the worker calls itself.
            let id = (try? await identity.metadata.instanceID()) ?? instance
            protection = backend.scaleInProtection(instance: id, time: time, log: logger)
        }
        let publishes = settings.aws.publishes
        let notifier: any Notifier = publishes ? backend.notifier : SilentNotifier()
        let outputs: (any OutputWatch)? = publishes ? backend.jobs : nil
        var protect: (@Sendable (Bool) async -> Void)?
        if let protection { protect = { await protection.set($0) } }
        return WorkerStores(
            queue: backend.queue, jobs: backend.jobs, objects: backend.objects, notifier: notifier, outputs: outputs,
            metrics: metrics, place: "AWS in \(backend.region)", logger: logger, companions: companions,
            leaving: watches && settings.aws.drainsWithInstance ? reasonsToLeave(logger) : nil,
            protect: protect
        ) { [protection] in
            await protection?.finish()
            // SQS may have leased messages to the last poll: they are given back, if it ends soon.
            await backend.queue.close(grace: .seconds(2))
            close()
        }
    }

    /// Why the instance is about to go, when it is.
    private func reasonsToLeave(_ logger: Logger) -> AsyncStream<String> {
        let events = InstanceLifecycle(metadata: identity.metadata, time: SystemTime(), log: logger).events()
        return AsyncStream { continuation in
            let watch = Task {
                for await event in events {
                    if let reason = Self.reason(for: event) { continuation.yield(reason) }
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in watch.cancel() }
        }
    }

    /// Nil when the instance stays.
    private static func reason(for event: InstanceEvent) -> String? {
        switch event {
        case .terminating(let time): "the Spot instance is interrupted at \(time)"
        case .rebalance: "a rebalance is recommended"
        case .lifecycle(let state): state.endsWork ? "the Auto Scaling group moves the instance to \(state)" : nil
        }
    }
}

/// For a worker whose settings say `notifications = false`.
private struct SilentNotifier: Notifier {
    var isOn: Bool { false }
    func publish(_ notifications: [OutgoingNotification]) async throws(StoreError) {}
}
