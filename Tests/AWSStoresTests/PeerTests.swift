import AWSClient
import AWSPeers
import FOQUSModel
import JSONKit
import Stores
import TestSupport
import Testing

/// That the peers are there, and that a pass against them means something.
struct PeerTests {
    @Test(.timeLimit(.minutes(3)), arguments: ["ministack", "seaweedfs", "roto", "moto"])
    func answersBoto(_ name: String) async throws {
        let peer = try await peer(name)
        let found = try await Boto.run(
            """
            s3 = client("s3")
            s3.create_bucket(Bucket=given)
            s3.put_object(Bucket=given, Key="a b", Body=b"content")
            result = s3.get_object(Bucket=given, Key="a b")["Body"].read()
            """, peer, given: .string(AWSPeer.unique("kit")))
        #expect(found == "Y29udGVudA==")
    }

    @Test(.timeLimit(.minutes(3)), arguments: ["ministack", "seaweedfs", "moto"])
    func refusesAnotherSecret(_ name: String) async throws {
        let peer = try await peer(name)
        let code = try await Boto.run(
            """
            import botocore
            try:
                client("s3", keys=(peer["accessKey"], "another" + peer["secretKey"])).list_buckets()
            except botocore.exceptions.ClientError as error:
                result = error.response["Error"]["Code"]
            """, peer)
        #expect(code == "SignatureDoesNotMatch")
    }

    @Test(.timeLimit(.minutes(3))) func microburstBreaksWhatItIsToldTo() async throws {
        let peer = try await AWSPeer.roto()
        let faulty = try await peer.faulty([
            ["service": "s3", "operation": "ListBuckets", "error": ["code": "SlowDown", "status": 503]]
        ])
        let codes = try await Boto.run(
            """
            import botocore
            result = []
            for service, call in (("s3", "list_buckets"), ("sqs", "list_queues")):
                try:
                    getattr(client(service, retries={"max_attempts": 0}), call)()
                    result.append("answered")
                except botocore.exceptions.ClientError as error:
                    result.append(error.response["Error"]["Code"])
            """, faulty)
        #expect(codes == ["SlowDown", "answered"])
    }

    @Test func aScriptsExceptionIsAnError() async throws {
        let peer = try await AWSPeer.roto()
        let error = await #expect(throws: TestSupportError.self) {
            try await Boto.run("\nraise ValueError('why')", peer)
        }
        #expect(error?.description == "ValueError: why (line 2 of the script)")
    }
}

func peer(_ name: String) async throws -> AWSPeer {
    switch name {
    case "ministack": try await .ministack()
    case "seaweedfs": try await .seaweedfs()
    case "roto": try await .roto()
    default: try await .moto()
    }
}
