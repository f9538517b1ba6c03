import AWSClient
import Stores
import Testing

@testable import AWSStores

@Suite struct StoreErrorTests {
    @Test(
        arguments: [
            ("NoSuchKey", 404, .notFound), ("SlowDown", 503, .throttled),
            ("ConditionalCheckFailedException", 400, .conflict),
            ("AccessDenied", 403, .denied), ("InternalError", 500, .unavailable),
            ("InvalidParameterValue", 400, .invalid),
        ] as [(String, Int, StoreError.Code)])
    func answersBecomeCodes(code: String, status: Int, expected: StoreError.Code) {
        let error = StoreError(
            AWSError(.service, service: "s3", code: code, message: "m", status: status, requestID: "r"), "get object k")
        #expect(error.code == expected)
        #expect(error.description == "cannot get object k: s3: \(code): m (status \(status), request r)")
    }

    /// What somebody may make again is not what is not found in it.
    @Test(
        arguments: [
            ("s3", "NoSuchBucket", 404, .missing), ("sqs", "QueueDoesNotExist", 400, .missing),
            ("dynamodb", "ResourceNotFoundException", 400, .missing), ("sns", "NotFound", 404, .missing),
            ("s3", "NotFound", 404, .notFound), ("s3", "PermanentRedirect", 301, .missing),
        ] as [(String, String, Int, StoreError.Code)])
    func whatIsGoneAltogetherIsMissing(service: String, code: String, status: Int, expected: StoreError.Code) {
        let error = StoreError(
            AWSError(.service, service: service, code: code, message: "m", status: status), "do something")
        #expect(error.code == expected)
        #expect(error.isOutage == (expected == .missing))
    }
}
