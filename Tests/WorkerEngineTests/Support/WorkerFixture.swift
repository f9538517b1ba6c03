import EmbeddedStores
import EventLoop
import Executors
import FOQUSModel
import FileKit
import JSONKit
import Logging
import Stores
import TestSupport
import Threading
import WorkerEngine

/// A worker on real embedded stores in a folder of its own; only the executor is the test's.
final class WorkerFixture: Sendable {
    let backend: EmbeddedBackend
    let directory: String
    let user: UserName
    let log = RecordingSink()
    let notifierFault = Fault()
    let objectFault = Fault()
    let journalFault = Fault()
    let spaceFault = Fault()
    let metrics = RecordingMetrics()
    let alerts = Locked<[Notification]>([])
    /// What the workers published, on all topics.
    let told = Locked<[Notification]>([])
    let queueTheft = Theft()

    init(directory: String) async throws {
        self.directory = directory
        user = try UserName("test")
        backend = try await EmbeddedBackend.open(
            directory: Path.join(directory, "store"), options: EmbeddedOptions(role: .worker, maxReceives: 4),
            loop: sharedEventLoop)
        try await putSimulation("Flash")
    }

    func close() async {
        await backend.close()
    }

    /// The settings that make tests quick.
    var options: WorkerOptions {
        var options = WorkerOptions(slots: 2)
        options.longPoll = .seconds(1)
        options.cancelPoll = .milliseconds(20)
        options.retryDelay = .milliseconds(20)
        options.drainTimeout = .seconds(20)
        options.maxAttempts = 3
        return options
    }

    var logger: Logger { Logger(label: "test", level: .trace, sink: log) }

    var state: String { Path.join(directory, "state") }

    func putSimulation(_ name: String, files: [String] = ["session.foqus"]) async throws {
        for file in files {
            _ = try await backend.objects.put([1, 2, 3], to: "test/\(name)/\(file)", in: .simulations)
        }
    }

    /// A worker; `run` it in a task.
    func engine(
        _ executor: any Executor, options: WorkerOptions? = nil, outputs: (any OutputWatch)? = nil,
        logger: Logger? = nil
    ) async throws -> WorkerEngine {
        let objects = FaultyObjects(wrapped: backend.objects, fault: objectFault)
        return WorkerEngine(
            services: WorkerEngine.Services(
                queue: FaultyQueue(wrapped: backend.queue, theft: queueTheft), jobs: backend.jobs, objects: objects,
                notifier: FaultyNotifier(wrapped: backend.notifier, fault: notifierFault, alerts: alerts, told: told),
                outputs: outputs, metrics: metrics,
                journal: FaultyJournal(
                    wrapped: try await SQLiteJournal.open(stateDirectory: state), fault: journalFault),
                workspace: FaultyWorkspace(
                    wrapped: try await DiskWorkspace(stateDirectory: state, cacheLimit: 1 << 20, objects: objects),
                    fault: spaceFault),
                executors: ExecutorRegistry(["foqus": executor]), time: SystemTime(), random: SystemRandom(),
                logger: logger ?? self.logger),
            options: options ?? self.options, instance: "i-0test")
    }

    /// Makes a session of jobs and starts it.
    func submit(_ count: Int, simulation: String = "Flash", x: Int64 = 1) async throws -> [JobID] {
        let session: SessionID = SystemRandom().identifier()
        let now = SystemTime().now()
        _ = try await backend.jobs.claimSession(session, owner: user, at: now)
        let request = try JobRequest.list([["Simulation": .string(simulation), "Input": ["node": ["x": .int(x)]]]])[0]
        let jobs = (0..<count).map { _ in
            request.job(id: SystemRandom().identifier(), session: session, user: user, created: now)
        }
        try await backend.jobs.append(jobs)
        return try await backend.jobs.start(session, at: now)
    }

    /// Reads the update topic, as the notification processor does, until `enough` says so.
    func notifications(until enough: ([Told]) -> Bool) async throws -> [Told] {
        var told: [Told] = []
        while !enough(told) {
            let deliveries = try await backend.updates.receive(limit: 100, wait: .seconds(20))
            if deliveries.isEmpty { throw Silence(told: told) }
            for delivery in deliveries {
                told.append(Told(body: try JSON.parse(delivery.body), attributes: delivery.attributes))
            }
            try await backend.updates.commit(through: deliveries.last!.sequence)
            try await apply(deliveries)
        }
        return told
    }

    /// What the processor does with them, as far as the worker can see.
    private func apply(_ deliveries: [NotificationDelivery]) async throws {
        for delivery in deliveries {
            for event in try NotificationEvent.events(body: delivery.body, attributes: delivery.attributes) {
                switch event {
                case .status(let job, let state, let consumer, let message):
                    _ = try await backend.jobs.apply([
                        .status(job, state, consumer: consumer, message: message, at: delivery.published)
                    ])
                case .output(let job, let value): _ = try await backend.jobs.apply([.output(job, value)])
                case .consumerRunning, .session: break
                }
            }
        }
    }

    func isQueueEmpty() async throws -> Bool {
        let statistics = try await backend.queue.statistics()
        return statistics.available + statistics.delayed + statistics.inFlight == 0
    }
}

/// One notification of the update topic.
struct Told: Sendable, Hashable {
    let body: JSON
    let attributes: [String: String]

    var job: JobID? { body[0]?["jobid"]?.stringValue.flatMap { JobID($0) } }
    /// `setup`, …, `output`, or nil for a consumer's.
    var word: String? {
        guard body[0]?["resource"] == "job" else { return nil }
        return body[0]?["status"]?.stringValue ?? body[0]?["event"]?.stringValue
    }
    var message: String? { body[0]?["message"]?.stringValue }
    var isFinal: Bool { word.flatMap(JobState.init)?.isFinal ?? false }
}

extension [Told] {
    func words(of job: JobID) -> [String] { filter { $0.job == job }.compactMap(\.word) }
    func finals(of job: JobID) -> [Told] { filter { $0.job == job && $0.isFinal } }
}

/// The topic stayed silent for longer than any test should need.
struct Silence: Error { let told: [Told] }

/// Runs `body` beside a working engine, then drains it.
func withWorker<Result>(
    _ fixture: WorkerFixture, _ executor: any Executor, options: WorkerOptions? = nil,
    outputs: (any OutputWatch)? = nil, _ body: (WorkerEngine) async throws -> Result
) async throws -> Result {
    let engine = try await fixture.engine(executor, options: options, outputs: outputs)
    let running = Task { try await engine.run() }
    do {
        let result = try await body(engine)
        await engine.drain()
        try await running.value
        return result
    } catch {
        await engine.drain()
        await engine.drain()
        _ = try? await running.value
        throw error
    }
}

/// Runs `body` with a fixture in a temporary folder.
func withFixture(_ body: (WorkerFixture) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
        let fixture = try await WorkerFixture(directory: directory)
        do {
            try await body(fixture)
        } catch {
            await fixture.close()
            throw error
        }
        await fixture.close()
    }
}
