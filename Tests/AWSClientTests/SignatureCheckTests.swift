import AWSPeers
import HTTPClient
import JSONKit
import Stores
import Testing
import Threading

@testable import AWSClient

/// What real services of others refuse and accept, so that passing against them means something.
@Suite(.timeLimit(.minutes(3))) struct SignatureCheckTests {
    /// Those that check signatures of S3.
    private static let strict = ["ministack", "seaweedfs", "moto"]
    /// Those that check more than the field Authorization; without one moto answers 500, whatever is asked.
    private static let stricter = ["ministack", "seaweedfs"]

    private func peer(_ name: String) async throws -> AWSPeer {
        switch name {
        case "ministack": try await .ministack()
        case "seaweedfs": try await .seaweedfs()
        default: try await .moto()
        }
    }

    /// A service of the peer that writes down the error code of each attempt, nil for success.
    private func service(
        _ name: String, _ peer: AWSPeer, credentials: AWSCredentials? = nil, time: any TimeSource = TestTime()
    ) -> (AWSService, Locked<[String?]>) {
        let codes = Locked<[String?]>([])
        let service = AWSService(
            name: name, region: peer.region, endpoint: peer.endpoint, http: AWSPeer.http,
            credentials: StaticCredentials(credentials ?? peer.credentials), time: time,
            onAttempt: { attempt in codes.withLock { $0.append(attempt.errorCode) } })
        return (service, codes)
    }

    @Test(arguments: strict) func aGoodRequestIsAccepted(name: String) async throws {
        let peer = try await peer(name)
        let (s3, codes) = service("s3", peer)
        let bucket = AWSPeer.unique("core")
        _ = try await s3.send(AWSRequest(method: "PUT", path: "/\(bucket)"))
        let key = "/\(bucket)/a b+c=d&e;f,g(h)!j'k*/ü/x.txt"
        _ = try await s3.send(AWSRequest(method: "PUT", path: key, body: .bytes(Array("content".utf8))))
        let answer = try await s3.send(AWSRequest(method: "GET", path: key))
        #expect(answer.body == Array("content".utf8))
        #expect(codes.withLock { $0 } == [nil, nil, nil])
        let error = await failure { () throws(AWSError) in
            try await s3.send(AWSRequest(method: "GET", path: "/\(bucket)/none"))
        }
        #expect(error?.code == "NoSuchKey")
        #expect(error?.status == 404)
        #expect(error?.requestID?.isEmpty == false)
    }

    @Test(arguments: strict) func aBadSignatureIsRefused(name: String) async throws {
        let peer = try await peer(name)
        let wrong = AWSCredentials(
            accessKeyID: peer.credentials.accessKeyID, secretAccessKey: peer.credentials.secretAccessKey + "x",
            source: "test")
        let (s3, codes) = service("s3", peer, credentials: wrong)
        let error = await failure { () throws(AWSError) in
            try await s3.send(AWSRequest(method: "GET", path: "/"))
        }
        #expect(error?.code == "SignatureDoesNotMatch")
        #expect(error?.status == 403)
        #expect(codes.withLock { $0.count } == 1)
    }

    @Test(arguments: stricter) func anUnsignedRequestIsRefused(name: String) async throws {
        let peer = try await peer(name)
        let (s3, _) = service("s3", peer)
        let bucket = AWSPeer.unique("core")
        _ = try await s3.send(AWSRequest(method: "PUT", path: "/\(bucket)"))
        let error = await failure { () throws(AWSError) in
            try await s3.send(AWSRequest(method: "PUT", path: "/\(bucket)/k", isSigned: false))
        }
        #expect([401, 403].contains(error?.status))
    }

    /// It is refused, and then carried out by the peer's own time.
    @Test(arguments: stricter, [-3600.0, 3600])
    func aSkewedRequestIsRefusedAndCorrected(name: String, seconds: Double) async throws {
        let peer = try await peer(name)
        let (s3, codes) = service("s3", peer, time: TestTime(ahead: .seconds(seconds)))
        _ = try await s3.send(AWSRequest(method: "GET", path: "/"))
        _ = try await s3.send(AWSRequest(method: "GET", path: "/"))
        #expect(codes.withLock { $0 } == ["RequestTimeTooSkewed", nil, nil])
    }

    @Test(arguments: [-3600.0, 3600]) func queuesRefuseWrongTimesToo(seconds: Double) async throws {
        let (sqs, codes) = service("sqs", try await .ministack(), time: TestTime(ahead: .seconds(seconds)))
        _ = try await sqs.call("AmazonSQS.ListQueues", [:])
        let refusal = try #require(codes.withLock { $0.first })
        #expect(refusal != nil)
        #expect(codes.withLock { $0.dropFirst().map { $0 } } == [nil])
    }

    @Test func queuesRefuseBadSignatures() async throws {
        let peer = try await AWSPeer.ministack()
        let wrong = AWSCredentials(
            accessKeyID: peer.credentials.accessKeyID, secretAccessKey: "wrong", source: "test")
        let (sqs, _) = service("sqs", peer, credentials: wrong)
        let error = await failure { () throws(AWSError) in try await sqs.call("AmazonSQS.ListQueues", [:]) }
        #expect(error?.status == 403 || error?.status == 400)
        let (unsigned, _) = service("sqs", peer)
        let bare = await failure { () throws(AWSError) in
            try await unsigned.send(
                AWSRequest(
                    headers: [
                        ("content-type", "application/x-amz-json-1.0"), ("x-amz-target", "AmazonSQS.ListQueues"),
                    ], body: .bytes(Array("{}".utf8)), isSigned: false))
        }
        #expect(bare?.status == 403 || bare?.status == 400 || bare?.status == 401)
    }

    @Test func errorsOfEachProtocolAreRead() async throws {
        let peer = try await AWSPeer.ministack()
        let (sqs, _) = service("sqs", peer)
        let queue = await failure { () throws(AWSError) in
            try await sqs.call("AmazonSQS.GetQueueUrl", ["QueueName": "none-of-that-name"])
        }
        #expect(queue?.code.hasSuffix("QueueDoesNotExist") == true || queue?.code.hasSuffix("NonExistentQueue") == true)
        let (dynamo, _) = service("dynamodb", peer)
        let table = await failure { () throws(AWSError) in
            try await dynamo.call("DynamoDB_20120810.DescribeTable", ["TableName": "none"])
        }
        #expect(table?.code == "ResourceNotFoundException")
        let (sns, _) = service("sns", peer)
        let topic = await failure { () throws(AWSError) in
            try await sns.query(
                "Publish", version: "2010-03-31",
                [("TopicArn", "arn:aws:sns:\(peer.region):000000000000:none"), ("Message", "x")])
        }
        #expect(topic?.code == "NotFound")
        #expect(topic?.message.isEmpty == false)
    }

    @Test(arguments: stricter) func aPresignedURLOpensOneObjectOnly(name: String) async throws {
        let peer = try await peer(name)
        let (s3, _) = service("s3", peer, time: SystemTime())
        let bucket = AWSPeer.unique("core")
        _ = try await s3.send(AWSRequest(method: "PUT", path: "/\(bucket)"))
        let put = try await s3.presignedURL(AWSRequest(method: "PUT", path: "/\(bucket)/a b"), seconds: 600)
        let stored = try await AWSPeer.http.send(ClientRequest(method: "PUT", url: put, body: [1, 2, 3]))
        #expect(stored.status == 200)
        let get = try await s3.presignedURL(AWSRequest(method: "GET", path: "/\(bucket)/a b"), seconds: 600)
        #expect(try await AWSPeer.http.send(ClientRequest(url: get)).body == [1, 2, 3])
        let other = get.replacing("a%20b", with: "a%20c")
        #expect(try await AWSPeer.http.send(ClientRequest(url: other)).status == 403)
    }
}
