import FOQUSModel

/// How long rows stay in the table after the last change to them; then DynamoDB removes them (attribute `TTL`).
///
/// The deployed lambdas give a job an hour in the queue (cloud-protocol 4), after which it is lost. Rows that we write
/// outlive the longest time that a message can wait in SQS, 14 days.
public struct DynamoLifetimes: Sendable, Hashable {
    public var unfinishedJob: Duration
    public var finishedJob: Duration
    public var consumer: Duration

    public init(
        unfinishedJob: Duration = .seconds(15 * 86_400), finishedJob: Duration = .seconds(30 * 86_400),
        consumer: Duration = .seconds(3600)
    ) {
        self.unfinishedJob = unfinishedJob
        self.finishedJob = finishedJob
        self.consumer = consumer
    }

    /// In seconds since 1970, as DynamoDB reads it.
    func ttl(of state: JobState, at now: Timestamp) -> Int {
        Self.seconds(now, state.isFinal ? finishedJob : unfinishedJob)
    }

    func consumerTTL(at now: Timestamp) -> Int { Self.seconds(now, consumer) }

    /// A session's own rows outlive its jobs'.
    func sessionTTL(at now: Timestamp) -> Int { Self.seconds(now, unfinishedJob + finishedJob + .seconds(86_400)) }

    private static func seconds(_ now: Timestamp, _ lifetime: Duration) -> Int {
        Int((now + lifetime).milliseconds / 1000)
    }
}
