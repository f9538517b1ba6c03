/// Where a deployed FOQUS cloud keeps what (cloud-protocol 2.1).
public struct AWSPlaces: Sendable, Hashable {
    public var jobQueueURL: String
    public var topics: SNSTopics
    public var simulationBucket: String
    public var sessionBucket: String
    public var table: String

    public init(
        jobQueueURL: String, topics: SNSTopics, simulationBucket: String, sessionBucket: String, table: String
    ) {
        self.jobQueueURL = jobQueueURL
        self.topics = topics
        self.simulationBucket = simulationBucket
        self.sessionBucket = sessionBucket
        self.table = table
    }
}
