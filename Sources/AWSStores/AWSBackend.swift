public import AWSClient
public import EventLoop
import HTTPClient
public import Logging
public import Stores

/// A FOQUS cloud on AWS, as a worker or a tool uses it.
public struct AWSBackend: Sendable {
    public let queue: SQSQueue
    public let jobs: DynamoJobTable
    public let objects: S3ObjectStore
    public let notifier: SNSNotifier
    public let region: String
    /// `sns`, `sts`, …: what has no store of its own.
    let services: AWSServices

    /// - Parameters:
    ///   - time: for signatures, pauses and deadlines.
    public init(
        _ places: AWSPlaces, services: AWSServices, time: any TimeSource = SystemTime(), logger: Logger
    ) {
        self.services = services
        region = services.region
        queue = SQSQueue(url: places.jobQueueURL, service: services.service("sqs"), time: time)
        notifier = SNSNotifier(topics: places.topics, service: services.service("sns"), time: time, logger: logger)
        jobs = DynamoJobTable(
            service: services.service("dynamodb"), table: places.table, sender: TopicSender(notifier), time: time)
        objects = S3ObjectStore(service: services.service("s3"), time: time) { bucket in
            switch bucket {
            case .simulations: places.simulationBucket
            case .sessions: places.sessionBucket
            }
        }
    }

    /// Counts for CloudWatch; `run` sends them.
    public func metrics(user: String, instance: String, time: any TimeSource, logger: Logger) -> CloudWatchMetrics {
        CloudWatchMetrics(
            service: services.service("monitoring"), user: user, instance: instance, time: time, logger: logger)
    }

    /// The log for CloudWatch Logs; `run` sends it.
    public func logs(user: String, instance: String, time: any TimeSource) -> CloudWatchLogs {
        CloudWatchLogs(service: services.service("logs"), user: user, instance: instance, time: time)
    }

    /// Keeps the Auto Scaling group from ending the instance while it has work.
    public func scaleInProtection(instance: String, time: any TimeSource, log: Logger) -> ScaleInProtection {
        ScaleInProtection(service: services.service("autoscaling"), instanceID: instance, time: time, log: log)
    }
}

/// The services of one region, with one identity and kept connections.
public struct AWSServices: Sendable {
    public let region: String
    private let credentials: any CredentialProvider
    private let environment: [String: String]
    private let time: any TimeSource
    private let calls: HTTPClient
    /// Contents of files go through a loop of their own, so that no call waits for the disk.
    private let contents: HTTPClient
    private let observer: (any CallObserver)?
    private let retry: RetryPolicy

    /// Throws `invalidRequest` when `AWS_MAX_ATTEMPTS` is no number.
    ///
    /// - Parameters:
    ///   - environment: `AWS_ENDPOINT_URL` and its like, `AWS_MAX_ATTEMPTS`.
    ///   - loop: for calls.
    ///   - contentLoop: for the contents of files.
    ///   - calls: told of each sending by itself, so of repeated ones too.
    public init(
        region: String, credentials: any CredentialProvider, environment: [String: String],
        time: any TimeSource = SystemTime(), loop: EventLoop, contentLoop: EventLoop,
        calls observer: (any CallObserver)? = nil
    ) throws(AWSError) {
        retry = try RetryPolicy(environment: environment)
        self.observer = observer
        self.region = region
        self.credentials = credentials
        self.environment = environment
        self.time = time
        let options = HTTPClient.Options(idleConnectionLimit: 32, userAgent: "foqus-worker")
        calls = HTTPClient(loop: loop, options: options)
        contents = HTTPClient(loop: contentLoop, options: options)
    }

    /// A service by the name under which its calls are signed.
    public func service(_ name: String) -> AWSService {
        AWSService(
            name: name, region: region,
            endpoint: AWSEndpoints.url(service: name, region: region, environment: environment),
            http: name == "s3" ? contents : calls, credentials: credentials, time: time,
            retry: retry, onAttempt: report)
    }

    private var report: (@Sendable (AWSAttempt) -> Void)? {
        guard let observer else { return nil }
        return { attempt in
            observer.called(
                attempt.service, attempt.operation, took: attempt.duration, failure: attempt.errorCode)
        }
    }
}
