import FOQUSModel
import HTTPServer
import JSONKit
import Stores
import Testing
import Threading

@testable import AWSClient

/// Clocks that are wrong and credentials that end.
@Suite(.timeLimit(.minutes(1))) struct IdentityTests {
    /// Has new credentials each time the old ones are given up, as many as there are.
    private final class Renewing: CredentialProvider {
        private let number = Locked(1)
        private let limit: Int

        init(limit: Int) { self.limit = limit }

        func credentials() async throws(AWSError) -> AWSCredentials {
            AWSCredentials(
                accessKeyID: "AKID\(number.withLock { $0 })", secretAccessKey: "s", sessionToken: "t", source: "test")
        }

        func invalidate(_ credentials: AWSCredentials) async {
            number.withLock { number in
                if credentials.accessKeyID == "AKID\(number)", number < limit { number += 1 }
            }
        }
    }

    /// The access keys by which requests were signed.
    private func keys(_ service: FakeService) -> [String] {
        service.requests.map { request in
            let field = request.headers["Authorization"] ?? ""
            return String(field.split(separator: "=").dropFirst().first?.prefix { $0 != "/" } ?? "")
        }
    }

    // MARK: credentials

    @Test(arguments: ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"])
    func endedCredentialsAreRenewedOnce(code: String) async throws {
        try await FakeService.with(
            answers: [.jsonError(400, code), HTTPResponse(status: 200)], credentials: Renewing(limit: 2)
        ) { service in
            _ = try await service.client.call("A.B", [:])
            #expect(keys(service) == ["AKID1", "AKID2"])
            #expect((service.time as? TestTime)?.pauses == [])
            #expect(service.client.quota.available == 500)
        }
    }

    @Test func notTwice() async throws {
        try await FakeService.with(
            answers: [.jsonError(403, "ExpiredToken")], credentials: Renewing(limit: 9)
        ) { service in
            let error = await failure { () throws(AWSError) in try await service.client.call("A.B", [:]) }
            #expect(error?.code == "ExpiredToken")
            #expect(keys(service) == ["AKID1", "AKID2"])
        }
    }

    @Test func notWhereThereAreNoOthers() async throws {
        try await FakeService.with(answers: [.jsonError(403, "ExpiredToken")]) { service in
            let error = await failure { () throws(AWSError) in try await service.client.call("A.B", [:]) }
            #expect(error?.code == "ExpiredToken")
            #expect(service.requests.count == 1)
        }
    }

    /// Renewal takes none of the attempts.
    @Test func renewalIsNoRetry() async throws {
        try await FakeService.with(
            answers: [
                .jsonError(503, "X"), .jsonError(403, "ExpiredToken"), .jsonError(503, "X"), HTTPResponse(status: 200),
            ], credentials: Renewing(limit: 2)
        ) { service in
            _ = try await service.client.call("A.B", [:])
            #expect(keys(service) == ["AKID1", "AKID1", "AKID2", "AKID2"])
        }
    }

    @Test func tokensAreSentAndSigned() async throws {
        try await FakeService.with(credentials: Renewing(limit: 1)) { service in
            _ = try await service.client.call("A.B", [:])
            let headers = try #require(service.requests.first).headers
            #expect(headers["X-Amz-Security-Token"] == "t")
            #expect(headers["Authorization"]?.contains(";x-amz-security-token;") == true)
        }
    }

    @Test func someCallsNeedNoCredentials() async throws {
        struct None: CredentialProvider {
            func credentials() async throws(AWSError) -> AWSCredentials {
                throw AWSError(.noCredentials, service: "sts", code: "NoCredentials", message: "there are none")
            }
        }
        try await FakeService.with(
            "sts", answers: [.xml(200, "<AssumeRoleWithWebIdentityResponse/>")], credentials: None()
        ) { service in
            _ = try await service.client.query("AssumeRoleWithWebIdentity", version: "2011-06-15", [], isSigned: false)
            let headers = try #require(service.requests.first).headers
            #expect(headers["Authorization"] == nil)
            #expect(headers["X-Amz-Date"] == nil)
            let error = await failure { () throws(AWSError) in
                try await service.client.query("AssumeRole", version: "2011-06-15", [])
            }
            #expect(error?.code == "NoCredentials")
            #expect(service.requests.count == 1)
        }
    }

    // MARK: clocks

    /// Refuses what is signed more than five minutes off the true time, as services do, in the words given.
    private static func strict(_ refusal: HTTPResponse) -> @Sendable (HTTPRequest) -> HTTPResponse? {
        { request in
            guard let stamp = request.headers["X-Amz-Date"].map(Array.init), stamp.count == 16 else { return refusal }
            let text =
                String(stamp[0..<4]) + "-" + String(stamp[4..<6]) + "-" + String(stamp[6..<11]) + ":"
                + String(stamp[11..<13]) + ":" + String(stamp[13...])
            guard let signed = Timestamp(iso: text) else { return refusal }
            let off = signed - SystemTime().now()
            return off < .seconds(300) && off > .seconds(-300) ? nil : refusal
        }
    }

    private static let refusals = [
        "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture", "InvalidSignatureException",
        "SignatureDoesNotMatch", "AuthFailure",
    ]
    private static let errors: [Double] = [-600, 600, 86400 * 400]

    @Test(arguments: refusals, errors) func aWrongClockIsCorrected(code: String, seconds: Double) async throws {
        try await FakeService.with(
            time: TestTime(ahead: .seconds(seconds)), check: Self.strict(.jsonError(403, code))
        ) { service in
            _ = try await service.client.call("A.B", [:])
            #expect(service.requests.count == 2)
            #expect((service.time as? TestTime)?.pauses == [])
            // What was learnt is kept.
            _ = try await service.client.call("A.B", [:])
            #expect(service.requests.count == 3)
            // Somebody sets the clock right: what was learnt is wrong now, and is unlearnt.
            (service.time as? TestTime)?.turn(by: .seconds(-seconds))
            _ = try await service.client.call("A.B", [:])
            _ = try await service.client.call("A.B", [:])
            #expect(service.requests.count == 6)
        }
    }

    /// S3 says nothing but 403 to HEAD.
    @Test func aWrongClockAtHEAD() async throws {
        try await FakeService.with(
            "s3", time: TestTime(ahead: .seconds(-1000)), check: Self.strict(HTTPResponse(status: 403))
        ) { service in
            _ = try await service.client.send(AWSRequest(method: "HEAD", path: "/b/k"))
            #expect(service.requests.count == 2)
        }
    }

    @Test func presignedURLsGoByTheCorrectedClock() async throws {
        try await FakeService.with(
            "s3", time: TestTime(ahead: .seconds(86400 * 3)),
            check: Self.strict(.jsonError(403, "RequestTimeTooSkewed"))
        ) { service in
            _ = try await service.client.send(AWSRequest(method: "GET", path: "/b/k"))
            let url = try await service.client.presignedURL(AWSRequest(method: "GET", path: "/b/k"), seconds: 60)
            let today = String(Signer.stamp(SystemTime().now() + .seconds(-2)).prefix(8))
            let day = String(Signer.stamp(SystemTime().now() + .seconds(2)).prefix(8))
            #expect(url.contains("X-Amz-Date=\(today)T") || url.contains("X-Amz-Date=\(day)T"))
        }
    }

    /// A signature that is wrong with the right time is wrong.
    @Test(arguments: ["SignatureDoesNotMatch", "InvalidSignatureException", "RequestTimeTooSkewed", "AuthFailure"])
    func aRightClockIsNoReason(code: String) async throws {
        try await FakeService.with(answers: [.jsonError(403, code)]) { service in
            let error = await failure { () throws(AWSError) in try await service.client.call("A.B", [:]) }
            #expect(error?.code == code)
            #expect(service.requests.count == 1)
        }
    }

    /// A service that keeps refusing gets one more request, not a stream of them.
    @Test func theClockIsCorrectedOnce() async throws {
        try await FakeService.with(
            answers: [.jsonError(403, "RequestTimeTooSkewed")], time: TestTime(ahead: .seconds(900))
        ) { service in
            _ = await failure { () throws(AWSError) in try await service.client.call("A.B", [:]) }
            #expect(service.requests.count == 2)
        }
    }
}
