import EventLoop
import HTTPClient
import HTTPServer
import JSONKit
import Stores
import TestSupport
import Testing
import Threading
import XMLReader

@testable import AWSClient

/// What is repeated, how often and after which pauses, against a server on a real socket.
@Suite(.timeLimit(.minutes(2))) struct RetryTests {
    private func pauses(_ service: FakeService) -> [Duration] { (service.time as? TestTime)?.pauses ?? [] }

    @Test func aThrottledCallIsRepeated() async throws {
        try await FakeService.with(answers: [.jsonError(400, "ThrottlingException"), HTTPResponse(status: 200)]) {
            service in
            let answer = try await service.client.call("AmazonSQS.SendMessage", ["MessageBody": "x"])
            #expect(answer == [:])
            #expect(service.requests.map(\.body) == [Array(#"{"MessageBody":"x"}"#.utf8)] + [service.requests[1].body])
            #expect(pauses(service) == [.milliseconds(500)])
            #expect(service.attempts.map(\.operation) == ["SendMessage", "SendMessage"])
            #expect(service.attempts.map(\.number) == [1, 2])
            #expect(service.attempts.map(\.status) == [400, 200])
            #expect(service.attempts.map(\.errorCode) == ["ThrottlingException", nil])
            #expect(service.client.quota.available == RetryQuota.capacity)
        }
    }

    @Test(arguments: [
        "Throttling", "ThrottledException", "RequestThrottledException", "TooManyRequestsException",
        "ProvisionedThroughputExceededException", "RequestLimitExceeded", "BandwidthLimitExceeded",
        "LimitExceededException", "RequestThrottled", "SlowDown", "EC2ThrottledException", "RequestTimeout",
        "TransactionInProgressException", "PriorRequestNotComplete", "InternalError",
    ])
    func codesThatAreRepeated(code: String) async throws {
        try await FakeService.with(answers: [.jsonError(400, code)]) { service in
            let error = await failure { () throws(AWSError) in try await service.client.call("A.B", [:]) }
            #expect(error?.code == code)
            #expect(service.requests.count == 3)
        }
    }

    @Test(arguments: [429, 500, 502, 503, 504]) func statusesThatAreRepeated(status: Int) async throws {
        try await FakeService.with(answers: [HTTPResponse(status: status), HTTPResponse(status: 200)]) { service in
            _ = try await service.client.send(AWSRequest(isIdempotent: false))
            #expect(service.requests.count == 2)
        }
    }

    @Test(arguments: [
        (400, "ValidationException"), (400, "ConditionalCheckFailedException"), (403, "AccessDenied"),
        (403, "SignatureDoesNotMatch"), (404, "NoSuchKey"), (409, "Conflict"), (412, "PreconditionFailed"),
        (501, "NotImplemented"), (301, "PermanentRedirect"),
    ])
    func errorsThatAreNot(status: Int, code: String) async throws {
        try await FakeService.with(answers: [.jsonError(status, code)]) { service in
            let error = await failure { () throws(AWSError) in try await service.client.call("A.B", [:]) }
            #expect(error?.code == code)
            #expect(error?.status == status)
            #expect(error?.message == "it is so")
            #expect(service.requests.count == 1)
            #expect(pauses(service) == [])
        }
    }

    @Test func pausesDoubleUpToALimit() async throws {
        try await FakeService.with(
            answers: [HTTPResponse(status: 503)], retry: RetryPolicy(maxAttempts: 9)
        ) { service in
            let error = await failure { () throws(AWSError) in try await service.client.call("A.B", [:]) }
            #expect(error?.status == 503)
            #expect(service.requests.count == 9)
            #expect(pauses(service) == [0.5, 1, 2, 4, 8, 10, 10, 10].map { .seconds($0) })
        }
    }

    @Test func pausesAreAsLongAsChanceWants() {
        let policy = RetryPolicy()
        #expect(policy.delay(retry: 1, fraction: 0, asked: nil) == .zero)
        #expect(policy.delay(retry: 3, fraction: 0.25, asked: nil) == .seconds(1))
        #expect(policy.delay(retry: 1000, fraction: 0.75, asked: nil) == .seconds(15))
        #expect(policy.delay(retry: 1, fraction: 0.5, asked: .seconds(3)) == .seconds(3))
        #expect(policy.delay(retry: 4, fraction: 0.5, asked: .seconds(3)) == .seconds(4))
        #expect(policy.delay(retry: 1, fraction: 0.5, asked: .seconds(3600)) == .seconds(20))
        #expect(policy.delay(retry: 1, fraction: 0.5, asked: .seconds(-5)) == .milliseconds(500))
    }

    @Test(
        arguments: [
            (["Retry-After": "7"], 7.0), (["x-amz-retry-after": "1500"], 1.5), (["Retry-After": "120"], 20),
            (["Retry-After": "soon"], 0.5), (["Retry-After": "0"], 0.5), (["Retry-After": "-3"], 0.5),
        ] as [(HTTPHeaders, Double)])
    func theServiceMayAskForMore(headers: HTTPHeaders, seconds: Double) async throws {
        try await FakeService.with(
            answers: [HTTPResponse(status: 503, headers: headers), HTTPResponse(status: 200)]
        ) { service in
            _ = try await service.client.call("A.B", [:])
            #expect(pauses(service) == [.seconds(seconds)])
        }
    }

    @Test func aDateMayBeAskedFor() async throws {
        let headers: HTTPHeaders = ["Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"]
        try await FakeService.with(
            answers: [HTTPResponse(status: 503, headers: headers), HTTPResponse(status: 200)]
        ) { service in
            _ = try await service.client.call("A.B", [:])
            #expect(pauses(service) == [.seconds(20)])
        }
    }

    // MARK: the quota

    @Test func theQuotaEndsRetries() async throws {
        try await FakeService.with(answers: [HTTPResponse(status: 500)]) { service in
            // Two retries each, at 5.
            for _ in 0..<50 {
                _ = await failure { () throws(AWSError) in try await service.client.call("A.B", [:]) }
            }
            #expect(service.requests.count == 150)
            #expect(service.client.quota.available == 0)
            _ = await failure { () throws(AWSError) in try await service.client.call("A.B", [:]) }
            #expect(service.requests.count == 151)
            // Five calls that succeed at once pay for one retry, whose success gives its cost back.
            service.answer(HTTPResponse(status: 200))
            for _ in 0..<5 { _ = try await service.client.call("A.B", [:]) }
            service.answer(HTTPResponse(status: 500), HTTPResponse(status: 200))
            _ = try await service.client.call("A.B", [:])
            #expect(service.client.quota.available == 5)
        }
    }

    @Test func theQuotaIsNeverMoreThanFull() {
        let quota = RetryQuota()
        quota.succeeded(after: nil)
        #expect(quota.available == 500)
        #expect(quota.take(499))
        #expect(!quota.take(2))
        #expect(quota.available == 1)
        quota.succeeded(after: 10)
        quota.succeeded(after: nil)
        #expect(quota.available == 12)
    }

    @Test func aTimeoutCostsTwice() async throws {
        let server = try RawServer { connection in
            while connection.request() != nil {
                if connection.number > 1 { connection.answer(500) } else { connection.waitForEnd() }
            }
        }
        defer { server.stop() }
        let http = HTTPClient(loop: sharedEventLoop)
        let service = client(server.url, http)
        let error = await failure { () throws(AWSError) in
            try await service.call("A.B", [:], timeout: .milliseconds(100))
        }
        #expect(error?.status == 500)
        #expect(service.quota.available == 500 - 10 - 5)
        await http.close()
    }

    // MARK: without an answer

    private func client(_ url: String, _ http: HTTPClient, name: String = "sqs") -> AWSService {
        AWSService(
            name: name, region: "eu-west-1", endpoint: url, http: http,
            credentials: StaticCredentials(FakeService.identity), time: TestTime(), random: FixedRandom(chance: 0.5))
    }

    /// The request was seen, so that only what may be done twice is sent twice.
    @Test(arguments: [true, false]) func aLostConnection(isIdempotent: Bool) async throws {
        let server = try RawServer { connection in
            guard connection.request() != nil else { return }
            if connection.number == 1 { connection.cut() } else { connection.answer(200, body: "{}") }
        }
        defer { server.stop() }
        let http = HTTPClient(loop: sharedEventLoop)
        let error = await failure { () throws(AWSError) in
            try await client(server.url, http).call("A.B", [:], isIdempotent: isIdempotent)
        }
        #expect(error?.code == (isIdempotent ? nil : "ConnectionLost"))
        #expect(server.connections == (isIdempotent ? 2 : 1))
        await http.close()
    }

    @Test(arguments: [true, false]) func anAnswerThatIsCutOff(isIdempotent: Bool) async throws {
        let server = try RawServer { connection in
            guard connection.request() != nil else { return }
            if connection.number == 1 {
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":")
            } else {
                connection.answer(200, body: #"{"a":1}"#)
            }
        }
        defer { server.stop() }
        let http = HTTPClient(loop: sharedEventLoop)
        let error = await failure { () throws(AWSError) in
            try await client(server.url, http).call("A.B", [:], isIdempotent: isIdempotent)
        }
        #expect(error?.code == (isIdempotent ? nil : "ConnectionLost"))
        await http.close()
    }

    /// Nobody has seen a request to a closed port, so that any may be sent again.
    @Test func aClosedPort() async throws {
        let server = try RawServer { _ in }
        server.stop()
        let attempts = Locked<[String?]>([])
        let http = HTTPClient(loop: sharedEventLoop)
        let service = AWSService(
            name: "sqs", region: "eu-west-1", endpoint: server.url, http: http,
            credentials: StaticCredentials(FakeService.identity), time: TestTime(),
            onAttempt: { attempt in attempts.withLock { $0.append(attempt.errorCode) } })
        let error = await failure { () throws(AWSError) in
            try await service.call("A.B", [:], isIdempotent: false)
        }
        #expect(error?.kind == .transport)
        #expect(attempts.withLock { $0 }.count == 3)
        await http.close()
    }

    @Test func anAnswerThatIsNoJSONIsRepeated() async throws {
        try await FakeService.with(
            answers: [HTTPResponse(status: 200, text: #"{"a":"#), HTTPResponse(status: 200, text: #"{"a":1}"#)]
        ) { service in
            let answer = try await service.client.call("A.B", [:])
            #expect(answer == ["a": 1])
        }
        try await FakeService.with(answers: [HTTPResponse(status: 200, text: "nonsense")]) { service in
            let error = await failure { () throws(AWSError) in
                try await service.client.call("A.B", [:], isIdempotent: false)
            }
            #expect(error?.code == "MalformedAnswer")
            #expect(error?.kind == .transport)
            #expect(service.requests.count == 1)
        }
    }

    @Test func anAnswerThatIsNoXMLIsRepeated() async throws {
        try await FakeService.with(
            "sns", answers: [.xml(200, "<PublishResponse>"), .xml(200, "<PublishResponse><A>1</A></PublishResponse>")]
        ) { service in
            let root = try await service.client.query("Publish", version: "2010-03-31", [("Message", "a b&c")])
            #expect(root.name == "PublishResponse")
            #expect(root.text(of: "A") == "1")
            #expect(
                service.requests.map { String(decoding: $0.body, as: UTF8.self) }
                    == Array(repeating: "Action=Publish&Version=2010-03-31&Message=a+b%26c", count: 2))
            #expect(
                service.requests[0].headers["Content-Type"] == "application/x-www-form-urlencoded; charset=utf-8")
            #expect(service.attempts.map(\.operation) == ["Publish", "Publish"])
        }
    }

    @Test func anErrorThatComesLateIsRepeated() async throws {
        let late = HTTPResponse.xml(200, "<Error><Code>InternalError</Code><Message>m</Message></Error>")
        try await FakeService.with("s3", answers: [late, .xml(200, "<Done/>")]) { service in
            let answer = try await service.client.send(AWSRequest(path: "/b/k", mayFailLate: true))
            #expect(answer.body == Array("<Done/>".utf8))
            #expect(service.requests.count == 2)
            service.answer(late)
            let plain = try await service.client.send(AWSRequest(path: "/b/k"))
            #expect(service.client.error(hiddenIn: plain)?.code == "InternalError")
            let error = await failure { () throws(AWSError) in
                try await service.client.send(AWSRequest(path: "/b/k", mayFailLate: true))
            }
            #expect(error?.status == 500)
            #expect(service.requests.count == 6)
        }
    }

    // MARK: the caller

    @Test func aPauseEndsWithItsTask() async throws {
        let time = ManualTime()
        try await FakeService.with(answers: [HTTPResponse(status: 503)], time: time) { service in
            let call = Task { await failure { () throws(AWSError) in try await service.client.call("A.B", [:]) } }
            try await eventually("it pauses") { time.sleepers == 1 }
            call.cancel()
            #expect(await call.value?.kind == .cancelled)
            #expect(service.requests.count == 1)
        }
    }

    @Test(arguments: [("", 3), ("1", 1), ("12", 12)]) func theEnvironmentMayLimitAttempts(text: String, limit: Int)
        throws
    {
        #expect(try RetryPolicy(environment: ["AWS_MAX_ATTEMPTS": text]).maxAttempts == limit)
    }

    @Test(arguments: ["0", "-1", "many", "2.5"]) func otherLimitsAreRefused(text: String) {
        let error = #expect(throws: AWSError.self) { try RetryPolicy(environment: ["AWS_MAX_ATTEMPTS": text]) }
        #expect(error?.message == "AWS_MAX_ATTEMPTS is '\(text)', but must be a whole number above 0")
    }

    @Test func oneAttemptIsOne() async throws {
        try await FakeService.with(answers: [HTTPResponse(status: 503)], retry: RetryPolicy(maxAttempts: 1)) {
            service in
            _ = await failure { () throws(AWSError) in try await service.client.call("A.B", [:]) }
            #expect(service.requests.count == 1)
            #expect(service.client.quota.available == 500)
        }
    }
}
