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
}
