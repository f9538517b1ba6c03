import AWSClient
import AWSStores
import CryptoTools
import FOQUSModel
import HTTPClient
import HTTPServer
import Stores
import TestSupport
import Testing
import Threading

/// A server that answers as the test says. Of each request it computes the hash that S3 would compare with the one that
/// is signed, which no peer does.
final class FakeS3: Sendable {
    typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

    let store: S3ObjectStore
    private let log: Locked<[HTTPRequest]>

    private init(_ store: S3ObjectStore, _ log: Locked<[HTTPRequest]>) {
        self.store = store
        self.log = log
    }

    /// What came in, in order.
    var requests: [HTTPRequest] { log.withLock { $0 } }

    func requests(_ method: String) -> [HTTPRequest] { requests.filter { $0.method == method } }

    static func with(
        options: S3Options = S3Options(), sourceLocation: SourceLocation = #_sourceLocation,
        answer: @escaping Handler, _ body: (FakeS3) async throws -> Void
    ) async throws {
        let log = Locked<[HTTPRequest]>([])
        let server = try HTTPServer.start(HTTPServer.Options(bodyLimit: 64 << 20)) { request in
            log.withLock { $0.append(request) }
            return await answer(request)
        }
        let http = HTTPClient(loop: sharedEventLoop)
        let credentials = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret", source: "test")
        let service = AWSService(
            name: "s3", region: "eu-west-1", endpoint: "http://127.0.0.1:\(server.port)", http: http,
            credentials: StaticCredentials(credentials), time: ImpatientTime())
        let store = S3ObjectStore(service: service, options: options, time: ImpatientTime()) { "bucket-\($0.rawValue)" }
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(FakeS3(store, log))) } catch { outcome = .failure(error) }
        await http.close()
        await server.stop(grace: .zero)
        for request in log.withLock({ $0 }) {
            #expect(
                request.headers["x-amz-content-sha256"] == Hex.encode(SHA256.hash(request.body)),
                "the hash of \(request.method) \(request.path)", sourceLocation: sourceLocation)
        }
        try outcome.get()
    }
}

/// The machine's time, in which nobody sleeps.
struct ImpatientTime: TimeSource {
    private let system = SystemTime()

    func now() -> Timestamp { system.now() }
    func instant() -> Instant { system.instant() }
    func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        await Task.yield()
    }
}

extension HTTPResponse {
    static func s3(_ status: Int, _ xml: String = "", _ headers: HTTPHeaders = [:]) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: Array(xml.utf8))
    }

    static func s3Error(_ status: Int, _ code: String) -> HTTPResponse {
        s3(status, "<Error><Code>\(code)</Code><Message>it is so</Message></Error>")
    }

    static func etag(_ etag: String) -> HTTPResponse { s3(200, "", ["ETag": "\"\(etag)\""]) }
}

/// The store's error of a call that must fail.
func storeError<Value>(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Value
) async throws -> StoreError {
    try #require(
        await #expect(throws: StoreError.self, sourceLocation: sourceLocation) { _ = try await body() },
        sourceLocation: sourceLocation)
}
