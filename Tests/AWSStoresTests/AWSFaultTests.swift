import AWSClient
import Stores
import Testing

@testable import AWSStores

@Suite struct AWSFaultTests {
    @Test(
        arguments: [
            ("https://sqs.eu-west-1.amazonaws.com/123456789012/jobs", "eu-west-1"),
            ("https://sqs.cn-north-1.amazonaws.com.cn/123456789012/jobs", "cn-north-1"),
            ("https://eu-west-1.queue.amazonaws.com/123456789012/jobs", "eu-west-1"),
            ("https://queue.amazonaws.com/123456789012/jobs", nil), ("http://127.0.0.1:4566/000000000000/jobs", nil),
            ("arn:aws:sns:us-east-1:123456789012:update", "us-east-1"), ("arn:aws:s3:::bucket", nil), ("FOQUS", nil),
            ("arn:aws:dynamodb:us-west-2:123456789012:table/FOQUS", "us-west-2"), ("", nil),
        ] as [(String, String?)])
    func placesSayTheirRegion(place: String, region: String?) { #expect(AWSFault.region(of: place) == region) }

    private static func fault(_ service: String, _ code: String, _ status: Int, region: String? = nil) -> AWSFault {
        let error = AWSError(
            .service, service: service, code: code, message: "m", status: status, region: region)
        return AWSFault(StoreError(error, "look"), region: "us-east-1")
    }

    @Test(
        arguments: [
            ("sqs", "QueueDoesNotExist"), ("sqs", "AWS.SimpleQueueService.NonExistentQueue"),
            ("dynamodb", "ResourceNotFoundException"), ("s3", "NoSuchBucket"), ("sns", "NotFound"),
            ("sns", "InvalidParameter"), ("s3", "InvalidBucketName"),
        ])
    func whatIsNotThereIsMisplaced(service: String, code: String) {
        guard case .misplaced(let words) = Self.fault(service, code, 400) else {
            Issue.record("\(service) \(code) is not misplaced")
            return
        }
        #expect(words.contains(code) && (words.contains("name another") || words.contains("correct it")))
    }

    @Test func aBucketElsewhereSaysWhere() {
        guard case .misplaced(let words) = Self.fault("s3", "PermanentRedirect", 301, region: "eu-west-1") else {
            Issue.record("a redirect is not misplaced")
            return
        }
        #expect(words.hasPrefix("the bucket is in eu-west-1, but the worker works in us-east-1"))
    }

    /// A refusal to tell proves nothing, and what passes by itself is waited for.
    @Test(
        arguments: [
            ("sqs", "AccessDenied", 403), ("dynamodb", "AccessDeniedException", 400),
            ("sns", "AuthorizationError", 403),
            ("s3", "Forbidden", 403), ("sqs", "ThrottlingException", 400), ("s3", "InternalError", 500),
            ("s3", "NoSuchKey", 404), ("sts", "ExpiredToken", 403),
        ])
    func allElseIsInconclusive(service: String, code: String, status: Int) {
        guard case .inconclusive = Self.fault(service, code, status) else {
            Issue.record("\(service) \(code) is conclusive")
            return
        }
    }

    @Test(arguments: ["InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException"])
    func unknownKeysAreOfAnUnknownCaller(code: String) {
        guard case .unknownCaller = Self.fault("sts", code, 403) else {
            Issue.record("\(code) is of a known caller")
            return
        }
    }
}
