import CryptoTools
import FOQUSModel
import FileKit
import HTTPServer
import JSONKit
import Stores
import TestSupport
import Testing

@testable import AWSClient

/// What goes over the wire: signed requests, bodies from files, answers into files, presigned URLs.
@Suite(.timeLimit(.minutes(1))) struct SendingTests {
    /// Signs anew what arrived and compares, and hashes the body, which no peer does for us.
    private static func verify(_ request: HTTPRequest, service: String) throws {
        let field = try #require(request.headers["Authorization"])
        let names = try #require(field.firstRange(of: "SignedHeaders=")).upperBound
        let signed = field[names...].prefix { $0 != "," }.split(separator: ";").map(String.init)
        let stamp = try #require(request.headers["X-Amz-Date"])
        #expect(signed.contains("host") && signed.contains("x-amz-date"))
        let hash = Hex.encode(SHA256.hash(request.body))
        if service == "s3" { #expect(request.headers["x-amz-content-sha256"] == hash) }
        let signer = Signer(service: service, region: "eu-west-1")
        let subject = Signer.Subject(
            method: request.method, path: request.path, query: request.query,
            headers: signed.map { ($0, request.headers[$0] ?? "") }, payloadHash: hash)
        let signature = signer.sign(
            signer.stringToSign(subject, stamp), FakeService.identity, day: String(stamp.prefix(8)))
        #expect(field.hasSuffix("Signature=\(signature)"))
    }

    @Test func aCallIsSigned() async throws {
        try await FakeService.with("dynamodb") { service in
            _ = try await service.client.call("DynamoDB_20120810.GetItem", ["TableName": "é"])
            let request = try #require(service.requests.first)
            #expect(request.headers["X-Amz-Target"] == "DynamoDB_20120810.GetItem")
            #expect(request.headers["Content-Type"] == "application/x-amz-json-1.0")
            #expect(
                request.headers["Authorization"]?.contains("SignedHeaders=content-type;host;x-amz-date;x-amz-target,")
                    == true)
            try Self.verify(request, service: "dynamodb")
        }
    }

    @Test func theLogsAreOlder() async throws {
        try await FakeService.with("logs") { service in
            _ = try await service.client.call("Logs_20140328.PutLogEvents", [:])
            #expect(service.requests.first?.headers["Content-Type"] == "application/x-amz-json-1.1")
        }
    }

    @Test(arguments: [
        "/b/plain", "/b/a b+c=d&e;f,g(h)i!j'k*", "/b/ünïcode/ሴ", "/b/x//y/./z/../w", "/b/100%", "/b/a?b#c", "/b/~-._",
    ])
    func everyKeyIsSignedAsItIsSent(path: String) async throws {
        try await FakeService.with("s3") { service in
            _ = try await service.client.send(
                AWSRequest(method: "PUT", path: path, query: [("uploads", ""), ("x", "1 +&=")], body: .bytes([1, 2])))
            let request = try #require(service.requests.first)
            #expect("/" + request.segments.joined(separator: "/") == path)
            #expect(request.query.map(\.value) == ["", "1 +&="])
            #expect(request.body == [1, 2])
            try Self.verify(request, service: "s3")
        }
    }

    @Test func anEndpointMayHaveAPath() async throws {
        try await FakeService.with("s3") { service in
            let client = AWSService(
                name: "s3", region: "eu-west-1", endpoint: service.client.endpoint + "/base/",
                http: AWSClientTesting.http,
                credentials: StaticCredentials(FakeService.identity), time: SystemTime())
            _ = try await client.send(AWSRequest(method: "GET", path: "/b/k"))
            #expect(service.requests.first?.path == "/base/b/k")
            let request = try #require(service.requests.first)
            try Self.verify(request, service: "s3")
        }
    }

    @Test func aBodyFromAFileIsHashedAndSentAgain() async throws {
        let content = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
        try await withTemporaryDirectory { folder in
            try File.writeAtomically(content, to: folder + "/in")
            try await FakeService.with("s3", answers: [HTTPResponse(status: 503), HTTPResponse(status: 200)]) {
                service in
                _ = try await service.client.send(
                    AWSRequest(
                        method: "PUT", path: "/b/k", body: .file(path: folder + "/in", offset: 1000, count: 600_000)))
                #expect(service.requests.count == 2)
                for request in service.requests {
                    #expect(request.body == Array(content[1000..<601_000]))
                    try Self.verify(request, service: "s3")
                }
            }
        }
    }

    @Test func largeBodiesInMemoryAreHashedToo() async throws {
        let content = [UInt8](repeating: 7, count: 1_500_000)
        try await FakeService.with("s3") { service in
            _ = try await service.client.send(AWSRequest(method: "PUT", path: "/b/k", body: .bytes(content)))
            let request = try #require(service.requests.first)
            try Self.verify(request, service: "s3")
        }
    }

    @Test func theCallerMayKnowTheHash() async throws {
        try await FakeService.with("s3") { service in
            let request = AWSRequest(
                method: "PUT", path: "/b/k", body: .bytes([1]), payloadHash: AWSRequest.unsignedPayload)
            _ = try await service.client.send(request)
            #expect(service.requests.first?.headers["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD")
        }
    }

    /// Over TLS a file goes to S3 without being read twice; to others, and without TLS, it is hashed.
    @Test func filesAreHashedWhereTheyMustBe() async throws {
        try await withTemporaryDirectory { folder in
            try File.writeAtomically(Array("abc".utf8), to: folder + "/in")
            let request = AWSRequest(body: .file(path: folder + "/in", offset: 1, count: 2))
            let files = try await RequestFiles.open(request, pool: AWSService.files)
            func hash(_ service: String, isTLS: Bool) async throws -> String {
                try await PayloadHash.of(request, files.body, service: service, isTLS: isTLS, pool: AWSService.files)
            }
            let hashed = Hex.encode(SHA256.hash(Array("bc".utf8)))
            #expect(try await hash("s3", isTLS: true) == "UNSIGNED-PAYLOAD")
            #expect(try await hash("s3", isTLS: false) == hashed)
            #expect(try await hash("sqs", isTLS: true) == hashed)
        }
    }

    @Test func anAnswerGoesIntoAFile() async throws {
        try await withTemporaryDirectory { folder in
            try File.writeAtomically(Array("what was there before".utf8), to: folder + "/out")
            // The first is longer than the last, and broken off by its status.
            let answers = [HTTPResponse(status: 500, text: "an error"), HTTPResponse(status: 200, text: "content")]
            try await FakeService.with("s3", answers: answers) { service in
                let answer = try await service.client.send(
                    AWSRequest(method: "GET", path: "/b/k", outputFile: folder + "/out"))
                #expect(answer.body.isEmpty)
                #expect(answer.fileCount == 7)
                #expect(try File.read(folder + "/out") == Array("content".utf8))
                _ = try await service.client.send(
                    AWSRequest(method: "GET", path: "/b/k", outputFile: folder + "/out", outputOffset: 4))
                #expect(try File.read(folder + "/out") == Array("contcontent".utf8))
            }
        }
    }

    /// An answer that breaks off leaves a piece behind, which the next attempt does not keep.
    @Test func aFileIsBegunAnewAfterAFailure() async throws {
        let server = try RawServer { connection in
            guard connection.request() != nil else { return }
            if connection.number == 1 {
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthe beginning of a long answer")
            } else {
                connection.answer(200, body: "short")
            }
        }
        defer { server.stop() }
        let client = AWSService(
            name: "s3", region: "eu-west-1", endpoint: server.url, http: AWSClientTesting.http,
            credentials: StaticCredentials(FakeService.identity), time: TestTime())
        try await withTemporaryDirectory { folder in
            _ = try await client.send(AWSRequest(method: "GET", path: "/b/k", outputFile: folder + "/out"))
            #expect(try File.read(folder + "/out") == Array("short".utf8))
        }
    }

    @Test func errorsStayOutOfFiles() async throws {
        try await withTemporaryDirectory { folder in
            let answer = HTTPResponse.xml(404, "<Error><Code>NoSuchKey</Code><Message>m</Message></Error>")
            try await FakeService.with("s3", answers: [answer]) { service in
                let error = await failure { () throws(AWSError) in
                    try await service.client.send(
                        AWSRequest(method: "GET", path: "/b/k", outputFile: folder + "/out"))
                }
                #expect(error?.code == "NoSuchKey")
                let size = try File.size(folder + "/out")
                #expect(size == 0)
            }
        }
    }

    @Test func filesThatAreMissingAreNamed() async throws {
        try await FakeService.with("s3") { service in
            let error = await failure { () throws(AWSError) in
                try await service.client.send(
                    AWSRequest(method: "PUT", path: "/b/k", body: .file(path: "/nowhere/x", offset: 0, count: 1)))
            }
            #expect(error?.kind == .invalidRequest)
            #expect(error?.message == "cannot open /nowhere/x: No such file or directory")
            #expect(service.requests.isEmpty)
        }
    }

    @Test(arguments: ["", "nonsense", "ftp://h"]) func anEndpointMustBeOne(endpoint: String) async {
        let client = AWSService(
            name: "s3", region: "eu-west-1", endpoint: endpoint, http: AWSClientTesting.http,
            credentials: StaticCredentials(FakeService.identity), time: SystemTime())
        let error = await failure { () throws(AWSError) in try await client.send(AWSRequest()) }
        #expect(error?.kind == .invalidRequest)
        #expect(error?.message == "'\(endpoint)' is not the URL of an HTTP server")
    }

    // MARK: presigned URLs

    private func service(_ endpoint: String, at time: Timestamp) -> AWSService {
        AWSService(
            name: "s3", region: "us-east-1", endpoint: endpoint, http: AWSClientTesting.http,
            credentials: StaticCredentials(SignerTests.example), time: ManualTime(now: time))
    }

    /// The example of the S3 documentation, of its own old endpoint.
    @Test func aPresignedURLOfTheDocumentation() async throws {
        let service = service("https://examplebucket.s3.amazonaws.com", at: SignerTests.may24)
        let url = try await service.presignedURL(AWSRequest(method: "GET", path: "/test.txt"), seconds: 86400)
        #expect(
            url
                == "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400"
                + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
                + "&X-Amz-SignedHeaders=host")
    }

    @Test func bucketsHaveHostsOfTheirOwnAtThePublicEndpoint() async throws {
        let service = service("https://s3.us-east-1.amazonaws.com", at: SignerTests.may24)
        let request = AWSRequest(method: "GET", path: "/examplebucket/a b")
        #expect(
            try await service.presignedURL(request, seconds: 60)
                .hasPrefix("https://examplebucket.s3.us-east-1.amazonaws.com/a%20b?X-Amz-Algorithm"))
        let dotted = AWSRequest(method: "GET", path: "/example.bucket/k")
        #expect(
            try await service.presignedURL(dotted, seconds: 60)
                .hasPrefix("https://s3.us-east-1.amazonaws.com/example.bucket/k?"))
        let other = self.service("http://127.0.0.1:9", at: SignerTests.may24)
        #expect(
            try await other.presignedURL(request, seconds: 60).hasPrefix("http://127.0.0.1:9/examplebucket/a%20b?"))
    }

    @Test(arguments: [0, -1, 604_801]) func aLifetimeHasLimits(seconds: Int) async {
        let service = service("http://127.0.0.1:9", at: SignerTests.may24)
        let error = await failure { () throws(AWSError) in
            try await service.presignedURL(AWSRequest(method: "GET", path: "/b/k"), seconds: seconds)
        }
        #expect(error?.code == "InvalidLifetime")
    }

    @Test func credentialsAreNoText() {
        #expect(!"\(FakeService.identity)".contains("wJalr"))
    }
}
