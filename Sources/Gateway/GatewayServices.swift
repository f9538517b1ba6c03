public import Logging
public import MetricsKit
public import Stores
import Threading

/// All that the routes and the notification processor work with.
public struct GatewayServices: Sendable {
    public let jobs: any JobTable
    public let dispatcher: any JobDispatcher
    public let queue: any JobQueue
    public let objects: any ObjectStore
    public let users: any UserDirectory
    public let time: any TimeSource
    public let random: any RandomSource
    public let applications: [ConfiguredApplication]
    public let limits: GatewayLimits
    public let metrics: GatewayMetrics
    public let log: Logger
    /// For what takes long enough to keep other requests waiting: scrypt, large bodies.
    let workers: BlockingPool

    public init(
        jobs: any JobTable, dispatcher: any JobDispatcher, queue: any JobQueue, objects: any ObjectStore,
        users: any UserDirectory, time: any TimeSource = SystemTime(), random: any RandomSource = SystemRandom(),
        applications: [ConfiguredApplication] = [], limits: GatewayLimits = GatewayLimits(),
        metrics: GatewayMetrics = GatewayMetrics(MetricRegistry()), log: Logger
    ) {
        self.jobs = jobs
        self.dispatcher = dispatcher
        self.queue = queue
        self.objects = objects
        self.users = users
        self.time = time
        self.random = random
        self.applications = applications
        self.limits = limits
        self.metrics = metrics
        self.log = log
        workers = BlockingPool(name: "gateway-work", limit: limits.concurrentWork)
    }
}

/// An application of this installation, beside those that the contract fixes.
public struct ConfiguredApplication: Sendable, Hashable {
    /// As jobs name it in `Application`.
    public let name: String
    /// What `GET /application` lists as its inputs.
    public let inputs: [String]

    public init(name: String, inputs: [String]) {
        self.name = name
        self.inputs = inputs
    }
}

/// What one request may cost.
public struct GatewayLimits: Sendable, Hashable {
    /// Bytes of outputs in one status answer; more must be asked for page by page.
    public var answerBytes: Int
    /// Password checks and large bodies worked on at a time: each password check takes 32 MiB and 0.1 s of a core.
    public var concurrentWork: Int
    /// Password checks that may wait; more are answered 503.
    public var waitingSignIns: Int
    /// How long a right password is remembered, in memory only.
    public var signInMemory: Duration

    public init(
        answerBytes: Int = 64 << 20, concurrentWork: Int = 2, waitingSignIns: Int = 128,
        signInMemory: Duration = .seconds(300)
    ) {
        self.answerBytes = answerBytes
        self.concurrentWork = concurrentWork
        self.waitingSignIns = waitingSignIns
        self.signInMemory = signInMemory
    }
}
