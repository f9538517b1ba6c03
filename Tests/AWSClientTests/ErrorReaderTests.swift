import FOQUSModel
import HTTPClient
import JSONKit
import Testing

@testable import AWSClient

@Suite struct ErrorReaderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var service = "sqs"
        var status = 400
        var headers: [(name: String, value: String)] = []
        let body: String
        let code: String
        let message: String
        var requestID: String?
        var region: String?

        var testDescription: String { name }
    }

    private static let silence = "the service gave no reason"

    static let cases = [
        Case(
            name: "JSON with a namespace", headers: [("x-amzn-RequestId", "r-1")],
            body: #"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}"#,
            code: "QueueDoesNotExist", message: "The specified queue does not exist.", requestID: "r-1"),
        Case(
            name: "JSON of DynamoDB", service: "dynamodb",
            body: #"{"__type":"com.amazon.coral.validate#ValidationException","Message":"one value"}"#,
            code: "ValidationException", message: "one value"),
        Case(
            name: "JSON with a code", body: #"{"code":"AccessDeniedException","message":"no"}"#,
            code: "AccessDeniedException", message: "no"),
        Case(
            name: "JSON that says it in a header field", headers: [("X-Amzn-ErrorType", "InvalidInput:http://x/y/")],
            body: #"{"message":"no"}"#, code: "InvalidInput", message: "no"),
        Case(
            name: "the query protocol's code", headers: [("x-amzn-query-error", "AWS.Queue.NonExistent;Sender")],
            body: "{}", code: "AWS.Queue.NonExistent", message: silence),
        Case(
            name: "XML of the query protocol", service: "sns", status: 404,
            body: """
                <ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type>
                <Code>NotFound</Code><Message>Topic does not exist</Message></Error><RequestId>r-2</RequestId></ErrorResponse>
                """, code: "NotFound", message: "Topic does not exist", requestID: "r-2"),
        Case(
            name: "XML of EC2", service: "ec2",
            body: """
                <?xml version="1.0"?>
                <Response><Errors><Error><Code>RequestExpired</Code><Message>late</Message></Error></Errors>
                <RequestID>r-3</RequestID></Response>
                """, code: "RequestExpired", message: "late", requestID: "r-3"),
        Case(
            name: "XML of S3", service: "s3", status: 404, headers: [("x-amz-request-id", "r-4")],
            body: """
                <?xml version="1.0" encoding="UTF-8"?>
                <Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>k</Key>
                <RequestId>other</RequestId><HostId>h</HostId></Error>
                """, code: "NoSuchKey", message: "The specified key does not exist.", requestID: "r-4"),
        Case(
            name: "a bucket elsewhere, by its endpoint", service: "s3", status: 301,
            body: """
                <Error><Code>PermanentRedirect</Code><Message>elsewhere</Message>
                <Endpoint>b.s3.ap-south-1.amazonaws.com</Endpoint><Bucket>b</Bucket></Error>
                """, code: "PermanentRedirect", message: "elsewhere", region: "ap-south-1"),
        Case(
            name: "a bucket elsewhere, by an old endpoint", service: "s3", status: 307,
            body: """
                <Error><Code>TemporaryRedirect</Code><Message>elsewhere</Message>
                <Endpoint>b.s3-us-west-2.amazonaws.com</Endpoint></Error>
                """, code: "TemporaryRedirect", message: "elsewhere", region: "us-west-2"),
        Case(
            name: "a bucket elsewhere, by its region", service: "s3",
            body: """
                <Error><Code>AuthorizationHeaderMalformed</Code><Message>wrong</Message><Region>eu-north-1</Region></Error>
                """, code: "AuthorizationHeaderMalformed", message: "wrong", region: "eu-north-1"),
        Case(
            name: "HEAD of a bucket elsewhere", service: "s3", status: 301,
            headers: [("x-amz-bucket-region", "sa-east-1")], body: "", code: "PermanentRedirect", message: silence,
            region: "sa-east-1"),
        Case(
            name: "HEAD of a bucket here", service: "s3", status: 403,
            headers: [("x-amz-bucket-region", "eu-west-1")], body: "", code: "Forbidden", message: silence),
        Case(name: "HEAD of nothing", service: "s3", status: 404, body: "", code: "NotFound", message: silence),
        Case(
            name: "HEAD that is unchanged", service: "s3", status: 304, body: "", code: "NotModified", message: silence),
        Case(
            name: "a failed condition", service: "s3", status: 412, body: "", code: "PreconditionFailed",
            message: silence),
        Case(
            name: "a proxy's HTML", status: 502, body: "<html><head><title>Bad gateway</title></head></html>",
            code: "HTTP502", message: silence),
        Case(
            name: "words", status: 503, body: "  Slow\n down,\tplease ", code: "ServiceUnavailable",
            message: "Slow down, please"),
        Case(
            name: "broken XML", service: "s3", status: 500, body: "<Error><Code>Int", code: "HTTP500", message: silence),
        Case(name: "broken JSON", status: 500, body: #"{"__type":"#, code: "HTTP500", message: silence),
        Case(name: "JSON of another kind", status: 418, body: "[1]", code: "HTTP418", message: "[1]"),
        Case(name: "an empty code", body: #"{"__type":"","message":null}"#, code: "BadRequest", message: silence),
    ]

    @Test(arguments: cases) func errorsAreRead(example: Case) {
        let error = ErrorReader(service: example.service, region: "eu-west-1").error(
            ClientResponse(status: example.status, headers: example.headers, body: Array(example.body.utf8)))
        #expect(error.kind == .service)
        #expect(error.service == example.service)
        #expect(error.status == example.status)
        #expect(error.code == example.code)
        #expect(error.message == example.message)
        #expect(error.requestID == example.requestID)
        #expect(error.region == example.region)
    }

    @Test func theDetailsOfJSONAreKept() {
        let body = #"{"__type":"a#TransactionCanceledException","CancellationReasons":[{"Code":"None"}]}"#
        let error = ErrorReader(service: "dynamodb", region: "x").error(
            ClientResponse(status: 400, body: Array(body.utf8)))
        #expect(error.details?["CancellationReasons"]?[0]?["Code"] == "None")
    }

    @Test func anErrorReadsAsASentence() {
        let error = AWSError(
            .service, service: "s3", code: "PermanentRedirect", message: "elsewhere", status: 301, requestID: "r",
            region: "us-west-2")
        #expect(
            error.description
                == "s3: PermanentRedirect: elsewhere; the bucket is in us-west-2 (status 301, request r)")
    }

    @Test func anErrorMayHideInASuccess() {
        let reader = ErrorReader(service: "s3", region: "x")
        func hidden(_ body: String) -> AWSError? {
            reader.errorInSuccess(ClientResponse(status: 200, body: Array(body.utf8)))
        }
        let error = hidden("\n  <?xml version=\"1.0\"?><Error><Code>InternalError</Code><Message>m</Message></Error>")
        // White space before the declaration is what S3 keeps the connection alive with.
        #expect(error?.code == "InternalError")
        #expect(error?.status == 500)
        #expect(hidden("<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>") == nil)
        #expect(hidden("") == nil)
        #expect(hidden("Error") == nil)
    }

    @Test(arguments: [
        ("Tue, 24 Nov 2026 03:19:11 GMT", "2026-11-24T03:19:11.000Z"),
        ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00.000Z"),
    ])
    func datesOfHTTP(text: String, iso: String) {
        #expect(HTTPDate.parse(text)?.description == iso)
    }

    @Test(arguments: [
        "", "Tue, 24 Nov 2026 03:19:11", "Tue, 24 Nov 2026 03:19:11 CET", "Tuesday, 24-Nov-26 03:19:11 GMT",
        "Tue Nov 24 03:19:11 2026", "Tue, 4 Nov 2026 03:19:11 GMT", "Tue, 24 Now 2026 03:19:11 GMT",
        "Tue, 24 Nov 2026 25:19:11 GMT", "Tue, 24 Nov 20260 03:19:11 GMT",
    ])
    func otherTextsAreNoDates(text: String) {
        #expect(HTTPDate.parse(text) == nil)
    }
}
